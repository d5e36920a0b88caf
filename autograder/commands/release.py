"""`autograder release`: the student edition, and after the deadline the solutions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.build.master_faults import BuildError
from autograder.course import CourseError, find_root, load_course
from autograder.edition import solution_files, student_files, write_edition
from autograder.grade.types import GradingError

__all__ = ["release"]


def release(
    out: Annotated[Path, typer.Option(help="Folder to write; a zip of the same name goes beside it.")] = Path(
        "build/student"
    ),
    solutions: Annotated[
        bool, typer.Option("--solutions", help="The workbooks with solutions instead, for after the deadline.")
    ] = False,
) -> None:
    """Write what students get, as a folder and as a zip."""
    try:
        root = find_root()
        files = (solution_files if solutions else student_files)(load_course(root), root)
        archive = write_edition(files, out)
    except (BuildError, CourseError, GradingError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    typer.echo(f"{len(files)} files in {out}, and as {archive}")
