"""`autograder grade`: grade a class."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.course import CourseError, find_root
from autograder.grade.classrun import Order, grade_class
from autograder.grade.types import GradingError
from autograder.grade.work import one_after_the_other
from autograder.report.table import class_table, legend

__all__ = ["grade"]


def grade(
    submissions: Annotated[Path, typer.Argument(help="Folder in the layout STUDENT/ASSIGNMENT/NOTEBOOK.ipynb.")],
    out: Annotated[Path, typer.Option(help="Where the reports go; start again with the same folder to go on.")],
    assignment: Annotated[str | None, typer.Option(help="Only this assignment.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the hidden inputs; drawn and kept if not given.")] = None,
    only: Annotated[str | None, typer.Option(help="Only this student.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Grade again what is already done.")] = False,
) -> None:
    """Grade submissions behind walls, on fresh inputs, and write tables, pages and the gradebook."""
    console = Console()
    try:
        order = Order(submissions, out, find_root(), assignment, only, seed, force)
        result = grade_class(order, one_after_the_other)
    except (GradingError, CourseError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    console.print(class_table(result.grades, result.course.course.title))
    console.print(legend(), style="dim")
    console.print(f"The page of the class: {out / 'index.html'}", soft_wrap=True)
