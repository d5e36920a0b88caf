"""`autograder build`: make every generated file, or say which have drifted."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.build.checkdata import without_answer
from autograder.build.everything import build_all
from autograder.build.files import drift, write
from autograder.build.master_faults import BuildError
from autograder.build.notebooks import MASTERS, without_master
from autograder.catalogue.edit import EditError
from autograder.course import CourseError, find_root, load_course

__all__ = ["build"]


def build(
    workbooks: Annotated[list[str] | None, typer.Argument(help="As in 02_optimizers; by default all.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit with 1 if a file has drifted.")] = False,
) -> None:
    """Make the student notebooks and the recorded checks from masters and answers."""
    try:
        root = find_root()
        course = load_course(root)
        files = build_all(course, root, workbooks or ())
    except (BuildError, CourseError, EditError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    found = (drift if check else write)(files, root, everything=not workbooks)
    for path, what in found.items():
        typer.echo(f"{what}: {path}" if check else f"{'removed' if what == 'stale' else 'wrote'} {path}")
    for name in without_master(course, root):
        typer.echo(f"no master yet: {MASTERS}/{name}.py")
    for exercise in without_answer(course):
        typer.echo(f"no answer yet: {exercise}")
    if check and found:
        typer.echo("Generated files have drifted; run `autograder build`.", err=True)
        raise typer.Exit(1)
