"""`autograder demo`: the course from end to end on a dozen submissions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.demo.classroom import WORKBOOK
from autograder.grade.workers import begin_workers, exercises_in

__all__ = ["demo"]


def demo(
    out: Annotated[Path, typer.Option(help="Gets the notebook, the submissions and the graded class.")] = Path(
        "build/demo"
    ),
) -> None:
    """Give out the student's notebook, grade a small class on real images, print the table."""
    # It takes seconds, in which this process imports the rest, and compares the notebook with its master.
    begin_workers(exercises_in(WORKBOOK))
    from rich.console import Console

    from autograder.course import CourseError, find_root
    from autograder.demo.run import run_demo
    from autograder.grade.types import GradingError
    from autograder.report.progress import Bar
    from autograder.report.table import print_class

    console = Console()
    try:
        with Bar(console, "grading the demo class") as bar:
            result = run_demo(find_root(), out, bar)
    except (GradingError, CourseError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    print_class(console, result.grades, result.course.workbooks[WORKBOOK].title)
    for folder, what in (("student/notebooks", "student's notebook"), ("graded/index.html", "page of the class")):
        console.print(f"{what}: {out / folder}", soft_wrap=True)
