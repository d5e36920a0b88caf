"""`autograder exercise`: make the recorded check of one exercise."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.build.files import write
from autograder.build.hints import build_hints
from autograder.build.master_faults import BuildError
from autograder.build.notebooks import build_notebooks, read_masters
from autograder.build.recorded import build_recorded
from autograder.catalogue.edit import EditError
from autograder.course import CourseError, find_root, load_course

__all__ = ["exercise"]


def exercise(name: Annotated[str, typer.Argument(metavar="ID", help="The id, as in momentum.")]) -> None:
    """Build the workbook of one exercise and its recorded check, and nothing else."""
    try:
        root = find_root()
        course = load_course(root)
        workbook = next((book for book, content in course.workbooks.items() if name in content.points), "")
        if not workbook:
            raise CourseError(f"there is no exercise {name!r} in course.toml; `autograder new` starts one")
        hints = build_hints(read_masters(course, root, [workbook]))
        files = {**build_notebooks(course, root, [workbook]), **hints, **build_recorded(course, [name])}
    except (BuildError, CourseError, EditError, KeyError) as error:
        typer.echo(f"error: {error.args[0] if isinstance(error, KeyError) else error}", err=True)
        raise typer.Exit(2) from error
    for path in write(files, root, everything=False):
        typer.echo(f"wrote {path}")
