"""`autograder package`: what Gradescope, PrairieLearn or GitHub need to grade a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.course import CourseError, find_root, load_course
from autograder.grade.types import GradingError
from autograder.packing import Order, PlaceName, pack, write_package
from autograder.places.settings import Visibility

__all__ = ["package"]


def package(
    place: Annotated[PlaceName, typer.Argument(help="Where students hand in.")],
    workbook: Annotated[str, typer.Option(help="The workbook to grade, as in 02_optimizers.")],
    out: Annotated[Path, typer.Option(help="A file that ends in .zip, or an empty folder.")],
    visibility: Annotated[Visibility, typer.Option(help="When students see the results on Gradescope.")] = "visible",
    limit_s: Annotated[
        float, typer.Option(min=60, max=540, help="How long grading may take, in seconds, before it is given up.")
    ] = 540.0,
) -> None:
    """Write a package that grades one workbook where the course lives. It holds the answers: keep it private."""
    try:
        root = find_root()
        files = pack(place, load_course(root), Order(workbook, root, visibility, limit_s))
        write_package(files, out)
    except (GradingError, CourseError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    size = sum(len(file.content) for file in files.values()) / 1e6
    typer.echo(f"{len(files)} files, {size:.1f} MB: {out}. It holds the answers of {workbook}: keep it private.")
    typer.echo(f"The next steps are in docs/other_places.md, under {place}.")
