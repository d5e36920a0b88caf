"""`autograder feedback`: a page per student and workbook, with the marks by hand, and packed for a platform."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.course import CourseError, find_root
from autograder.exporting.feedback import FeedbackOrder, give_feedback
from autograder.exporting.feedback_archive import Platform
from autograder.grade.types import GradingError
from autograder.grade.visible import visible

__all__ = ["feedback"]


def feedback(
    grading: Annotated[Path, typer.Argument(help="The folder of `autograder grade --out`.")],
    assignment: Annotated[str | None, typer.Option(help="Only this assignment; all that are graded if not.")] = None,
    zip: Annotated[
        Platform | None, typer.Option(help="Pack the pages as this platform takes them: an archive per assignment.")
    ] = None,
    submissions: Annotated[
        Path | None, typer.Option(help="The folder of submissions; `submitted` in the folder of grading if not given.")
    ] = None,
) -> None:
    """Write the feedback of a class: checks, marks by hand with rubric and comments, totals, late days."""
    try:
        report = give_feedback(FeedbackOrder(grading, find_root(), assignment, zip, submissions))
    except (GradingError, CourseError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    for line in report.problems:
        typer.echo(visible(f"note: {line}"), err=True)
    for path in report.archives:
        typer.echo(f"{path}")
    typer.echo(f"{report.pages} pages in {grading / 'feedback'}")
