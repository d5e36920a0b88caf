"""A class as a table for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.grade.earlier_grades import Change
from autograder.grade.types import ExerciseGrade, SubmissionGrade
from autograder.report.words import SYMBOLS, marks

__all__ = ["class_table", "print_changes", "print_class"]

COLOURS = {
    "correct": "green",
    "variant": "green",
    "misconception": "yellow",
    "wrong": "red",
    "error": "red",
    "timeout": "magenta",
    "crashed": "magenta",
    "not attempted": "dim",
}


def class_table(grades: Sequence[SubmissionGrade], title: str) -> Table:
    """Return a table: one line per submission, with a symbol for each exercise that is marked by a check.

    What was seen stands in words beside the marks, so that fifteen exercises fit on 80 columns as five do.
    """
    checked = _checked(grades)
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column("student", no_wrap=True)
    table.add_column("".join(str(number % 10) for number in range(1, len(checked) + 1)), no_wrap=True)
    table.add_column("marks", justify="right", no_wrap=True)
    table.add_column("seen")
    for grade in grades:
        by_name = {one.exercise: one for one in grade.exercises}
        symbols = "".join(_symbol(by_name[exercise]) if exercise in by_name else " " for exercise in checked)
        total = f"{marks(grade.checked_score)}/{marks(grade.checked_max)}"
        table.add_row(escape(grade.student), symbols, total, _seen(grade))
    return table


def print_class(console: Console, grades: Sequence[SubmissionGrade], title: str) -> None:
    """Print one table per assignment, the exercises behind its numbers, and what its symbols mean."""
    for _, group in groupby(grades, key=lambda grade: grade.assignment):
        submissions = list(group)
        console.print(class_table(submissions, title))
        numbered = [f"{number} {exercise}" for number, exercise in enumerate(_checked(submissions), start=1)]
        console.print("  ".join(numbered), style="dim", highlight=False)
    console.print(
        "  ".join(f"{SYMBOLS[verdict]} {verdict}" for verdict in COLOURS if verdict != "variant"), style="dim"
    )


def print_changes(console: Console, changes: Sequence[Change]) -> None:
    """Print whose marks changed with the last correction of the course."""
    if not changes:
        return
    console.print(f"Marks that changed with the last correction of the course: {len(changes)}")
    for one in changes:
        line = f"  {one.student}, {one.exercise}: {marks(one.old)} -> {marks(one.new)}"
        console.print(f"{line} ({one.old_verdict} -> {one.new_verdict})", markup=False, highlight=False)


def _checked(grades: Sequence[SubmissionGrade]) -> list[str]:
    return list(dict.fromkeys(one.exercise for grade in grades for one in grade.checked))


def _symbol(one: ExerciseGrade) -> str:
    return f"[{COLOURS[one.verdict]}]{SYMBOLS[one.verdict]}[/]"


def _seen(grade: SubmissionGrade) -> str:
    """Return what was seen other than `correct`: each thing once, with the exercises unless it is all of them."""
    found: dict[str, list[ExerciseGrade]] = {}
    for one in grade.checked:
        if one.verdict != "correct":
            found.setdefault(" + ".join(one.misconceptions) or one.verdict, []).append(one)
    return "; ".join(_with_exercises(name, ones, len(grade.checked)) for name, ones in found.items())


def _with_exercises(name: str, ones: Sequence[ExerciseGrade], all_exercises: int) -> str:
    where = "" if len(ones) == all_exercises else ", ".join(one.exercise for one in ones) + ": "
    return f"[{COLOURS[ones[0].verdict]}]{escape(where + name)}[/]"
