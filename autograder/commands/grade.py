"""`autograder grade`: grade a class."""

from __future__ import annotations

from functools import partial
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.grade.workers import begin_workers, exercises_in
from autograder.sandbox.host import Strictness

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.grade.class_grades import ClassGrades
    from autograder.grade.student_name import Identify

__all__ = ["grade"]


def grade(
    submissions: Annotated[Path, typer.Argument(help="Folder in the layout STUDENT/ASSIGNMENT/NOTEBOOK.ipynb.")],
    out: Annotated[Path, typer.Option(help="Folder of the reports; start again with the same one to continue.")],
    assignment: Annotated[str | None, typer.Option(help="Only this assignment.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Worker processes; as many as help if not given.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="Address of a Dask scheduler to use its workers.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the hidden inputs; drawn and kept if not given.")] = None,
    only: Annotated[str | None, typer.Option(help="Only this student.")] = None,
    only_exercise: Annotated[
        str | None, typer.Option(help="Only this exercise, again, after its answer was corrected; all else stays.")
    ] = None,
    roster: Annotated[
        Path | None, typer.Option(help="A csv of the class: its names go into the gradebook and onto the pages.")
    ] = None,
    earlier: Annotated[
        list[Path] | None, typer.Option(help="The report.json of an earlier term, to compare with; may be repeated.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Grade again what is already done.")] = False,
    weak_walls: Annotated[
        bool, typer.Option("--weak-walls", help="Run student code even where this machine cannot build every wall.")
    ] = False,
) -> None:
    """Grade submissions behind walls, on fresh inputs, and write tables, pages and the gradebook."""
    walls: Strictness = "weak" if weak_walls else "full"
    if walls == "full" and scheduler is None and not out.exists():
        _begin(submissions, assignment)
    from rich.console import Console

    from autograder.course import CourseError, find_root
    from autograder.grade.classrun import Order, grade_class
    from autograder.grade.pools import choose_pool
    from autograder.grade.types import GradingError
    from autograder.report.progress import Bar

    console = Console()
    try:
        order = Order(
            submissions=submissions,
            out=out,
            root=find_root(),
            assignment=assignment,
            only=only,
            seed=seed,
            force=force,
            walls=walls,
            exercise=only_exercise,
            identify=_names_of(roster) if roster else None,
            earlier=tuple(earlier or ()),
        )
        with Bar(console, "grading") as bar:
            result = grade_class(order, partial(choose_pool, workers, scheduler, walls), bar)
    except (GradingError, CourseError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    _show(console, result, out)


def _names_of(roster: Path) -> Identify:
    from autograder.importing.gradebook_ids import names_on  # a quarter of a second for those who have one
    from autograder.importing.roster import read_roster

    return partial(names_on, read_roster(roster))


def _begin(submissions: Path, assignment: str | None) -> None:
    """Start what takes seconds, where something is to be graded: this process imports the rest meanwhile."""
    found = next(submissions.glob(f"*/{escape(assignment) if assignment else '*'}/*.ipynb"), None)
    if found is not None:
        begin_workers(exercises_in(found.parent.name))


def _show(console: Console, result: ClassGrades, out: Path) -> None:
    """Print the results of the class; a failure of grading itself is a failure of the command."""
    from autograder.report.table import print_changes, print_class

    print_class(console, result.grades, result.course.course.title)
    print_changes(console, result.changes)
    console.print(f"The page of the class: {out / 'index.html'}", soft_wrap=True)
    if failed := [grade for grade in result.grades if not grade.key]:
        named = ", ".join(f"{grade.student} ({grade.assignment})" for grade in failed[:5])
        typer.echo(f"error: grading itself failed for {len(failed)}: {named}; start the same command again", err=True)
        raise typer.Exit(1)
