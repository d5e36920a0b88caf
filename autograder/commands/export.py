"""`autograder export`: grades as a table for Canvas, Moodle or a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.course import CourseError, find_root
from autograder.exporting import ExportOrder, export_grades
from autograder.exporting.run import Format
from autograder.grade.types import GradingError

__all__ = ["export"]


def export(
    results: Annotated[Path, typer.Argument(help="The folder of `autograder grade --out`, or a gradebook.")],
    out: Annotated[Path, typer.Option(help="The file to write.")],
    format: Annotated[Format, typer.Option(help="Who is to read it.")] = "plain",
    assignment: Annotated[
        str | None, typer.Option(help="Only this assignment; all that have marks if not given.")
    ] = None,
    roster: Annotated[
        Path | None,
        typer.Option(help="A csv of the class: Canvas's exported gradebook, Moodle's grading worksheet, or your own."),
    ] = None,
) -> None:
    """Write the marks of a class, those given by hand included, as csv."""
    try:
        report = export_grades(ExportOrder(results, out, find_root(), format, assignment, roster))
    except (GradingError, CourseError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    for line in report.problems:
        typer.echo(f"note: {line}", err=True)
    typer.echo(f"{report.students} students, {', '.join(report.assignments)}: {out}")
