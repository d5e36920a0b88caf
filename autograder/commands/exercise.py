"""`autograder exercise`: make the recorded check of one exercise."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from autograder.authoring.error_line import fault_of
from autograder.build.cell_lists import build_cell_lists
from autograder.build.conventions import build_conventions
from autograder.build.files import Files, write
from autograder.build.hints import build_hints
from autograder.build.master_faults import BuildError
from autograder.build.notebooks import build_notebooks, read_masters
from autograder.build.recorded import build_recorded, has_answer
from autograder.catalogue.edit import EditError
from autograder.course import FILE_NAME, Course, CourseError, find_root, load_course, place_in_course
from course_utils.exercises import exercise_folder, exercise_ids, package_of

__all__ = ["exercise"]


def exercise(name: Annotated[str, typer.Argument(metavar="ID", help="The id, as in momentum.")]) -> None:
    """Build the workbook of one exercise, its recorded check and its entry among the conventions, and nothing else."""
    try:
        root = find_root()
        files = _built(load_course(root), root, name)
    except (BuildError, CourseError, EditError) as error:
        _refuse(str(error), error)
    except Exception as error:
        if not (fault := fault_of(error)):
            raise
        _refuse(fault, error)
    for path in write(files, root, everything=False):
        typer.echo(f"wrote {path}")


def _refuse(message: str, error: Exception) -> None:
    typer.echo(f"error: {message}", err=True)
    raise typer.Exit(2) from error


def _built(course: Course, root: Path, name: str) -> Files:
    workbook = next((book for book, content in course.workbooks.items() if name in content.points), "")
    if not workbook:
        raise CourseError(_without_points(course, root, name))
    if course.points[name].auto and not has_answer(name):
        raise CourseError(_without_answer(root, workbook, name))
    if name in exercise_ids():
        import_module(f"{package_of(name)}.solutions")  # what is wrong there is told before the tests begin
    notebooks = build_notebooks(course, root, [workbook])
    hints = build_hints(read_masters(course, root, [workbook]))
    recorded = build_recorded(course, [name])
    return {**notebooks, **build_cell_lists(notebooks), **hints, **recorded, **build_conventions(root, [name])}


def _without_answer(root: Path, workbook: str, name: str) -> str:
    """Say what to do about an exercise that has marks for a check and no files."""
    if name in exercise_ids():
        return (
            f"{exercise_folder(name) / 'answer.py'}:1: there is no such file; docs/new_exercise.md shows what it holds"
        )
    place = place_in_course(root, "workbooks", workbook, "points", name)
    return f"{place}: {name!r} has marks for a check and no folder; take this line out and start with `autograder new`"


def _without_points(course: Course, root: Path, name: str) -> str:
    """Say what to do about an id that `course.toml` does not know."""
    if name not in exercise_ids():
        return f"there is no exercise {name!r} in {FILE_NAME}; `autograder new` starts one"
    folder = package_of(name).split(".")[-2]
    workbook = next((book for book in course.workbooks if book.partition("_")[2] == folder), folder)
    place = place_in_course(root, "workbooks", workbook, "points")
    return f"{place}: [workbooks.{workbook}.points] has no marks for {name!r}; add the line `{name} = 1` to it"
