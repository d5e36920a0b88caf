"""A class as a table for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.grade.types import ExerciseGrade, SubmissionGrade
from autograder.report.words import SYMBOLS, marks

__all__ = ["class_table", "print_class"]

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
    """Return a table: one line per submission, one column per exercise that is marked by a check, and the total."""
    checked = list(dict.fromkeys(one.exercise for grade in grades for one in grade.checked))
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column("student", no_wrap=True)
    for exercise in checked:
        table.add_column(exercise.replace("_", "_\u200b"), justify="left", overflow="fold")
    table.add_column("total", justify="right", no_wrap=True)
    for grade in grades:
        by_name = {one.exercise: one for one in grade.exercises}
        cells = [_cell(by_name[exercise]) if exercise in by_name else "" for exercise in checked]
        table.add_row(escape(grade.student), *cells, f"{marks(grade.checked_score)}/{marks(grade.checked_max)}")
    return table


def print_class(console: Console, grades: Sequence[SubmissionGrade], title: str) -> None:
    """Print one table per assignment, and what its symbols mean."""
    for _, group in groupby(grades, key=lambda grade: grade.assignment):
        console.print(class_table(list(group), title))
    console.print(
        "  ".join(f"{SYMBOLS[verdict]} {verdict}" for verdict in COLOURS if verdict != "variant"), style="dim"
    )


def _cell(one: ExerciseGrade) -> str:
    named = " + ".join(one.misconceptions) or one.verdict
    return f"[{COLOURS[one.verdict]}]{SYMBOLS[one.verdict]} {escape(named)}[/]"
