"""`autograder prepare`: a course folder in which nbgrader's commands and formgrader use this engine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.build.master_faults import BuildError
from autograder.course import CourseError, find_root
from autograder.grade.course_folder import prepare_folder
from autograder.grade.types import GradingError

__all__ = ["prepare"]


def prepare(folder: Annotated[Path, typer.Argument(help="The course folder; what is there stays.")]) -> None:
    """Make a course folder for nbgrader: configuration, gradebook, source and released notebooks."""
    try:
        written = prepare_folder(folder, find_root())
    except (GradingError, CourseError, BuildError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    for path in written:
        typer.echo(f"wrote {path}")
