"""`autograder build`: make every generated file, or name those that have drifted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Annotated

import typer

from autograder.authoring.error_line import fault_of
from autograder.build.everything import build_all
from autograder.build.files import drift, write
from autograder.build.master_faults import BuildError
from autograder.build.notebooks import MASTERS, without_master
from autograder.build.recorded import has_answer, without_answer
from autograder.catalogue.edit import EditError
from autograder.catalogue.fresh_inputs import faults_of_fresh_inputs
from autograder.course import Course, CourseError, find_root, load_course

__all__ = ["build"]


def build(
    workbooks: Annotated[list[str] | None, typer.Argument(help="As in 02_optimizers; by default all.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit with 1 if a file has drifted.")] = False,
    fresh: Annotated[
        int, typer.Option("--fresh", min=0, help="Look at so many fresh inputs of each exercise, too.")
    ] = 0,
) -> None:
    """Make the student notebooks and the recorded checks from masters and answers."""
    try:
        root = find_root()
        course = load_course(root)
        files = build_all(course, root, workbooks or ())
    except (BuildError, CourseError, EditError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    except Exception as error:
        if not (fault := fault_of(error)):
            raise
        typer.echo(fault, err=True)
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
    if fresh:
        _look_at_fresh_inputs(course, workbooks or (), fresh)


def _look_at_fresh_inputs(course: Course, workbooks: Sequence[str], count: int) -> None:
    """Print what fresh inputs hide; exit with 1 if they hide anything."""
    books = [book for name, book in course.workbooks.items() if not workbooks or name in workbooks]
    exercises = [name for book in books for name in book.points if book.points[name].auto and has_answer(name)]
    faults = 0
    for exercise, seed in product(exercises, range(count)):
        for line in faults_of_fresh_inputs(exercise, seed):
            typer.echo(line, err=True)
            faults += 1
    typer.echo(f"{count} fresh inputs of each of {len(exercises)} exercises: {faults or 'no'} faults.")
    if faults:
        raise typer.Exit(1)
