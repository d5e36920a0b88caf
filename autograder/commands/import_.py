"""`autograder import`: from a learning platform's download to submissions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape

from autograder.course import CourseError, find_root
from autograder.grade.types import GradingError
from autograder.grade.visible import visible
from autograder.importing import ImportOrder, ImportReport, import_submissions
from autograder.importing.types import Attempts

__all__ = ["import_"]


def import_(
    download: Annotated[
        Path, typer.Argument(help="A zip or folder from Canvas, Moodle, Brightspace, Gradescope, nbgrader and others.")
    ],
    assignment: Annotated[str | None, typer.Option(help="Only this assignment.")] = None,
    roster: Annotated[
        Path | None, typer.Option(help="A csv with columns id and name, or the one that the platform exports.")
    ] = None,
    attempts: Annotated[
        Attempts, typer.Option(help="Which attempt counts: the latest, or the most complete.")
    ] = "latest",
    out: Annotated[Path, typer.Option(help="The folder of submissions.")] = Path("submitted"),
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace what is there; the old files move to OUT.replaced.")
    ] = False,
    time_zone: Annotated[
        str | None, typer.Option(help="Zone of the platform's times, as Europe/Berlin; this machine's if not given.")
    ] = None,
) -> None:
    """Put the files of a learning platform where grading looks for them; list those that fit nowhere."""
    try:
        zone = _zone(time_zone)
        order = ImportOrder(download, out, find_root(), assignment, roster, attempts, replace, zone)
        report = import_submissions(order)
    except (GradingError, CourseError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    _print(report, out)
    if report.problems:
        raise typer.Exit(1)


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError) as error:
        raise GradingError(f"there is no time zone {name!r}; write it as Europe/Berlin") from error


def _print(report: ImportReport, out: Path) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for one in report.imported:
        when = f"  {one.when:%Y-%m-%d %H:%M %Z}" if one.when else ""
        console.print(f"{one.what:8}  {escape(one.student)}/{one.assignment}  ({one.layout}){when}")
    for line in report.notes:
        console.print(escape(visible(f"note: {line}")), style="dim")
    for line in report.problems:
        typer.echo(visible(f"error: {line}"), err=True)
    lines, new = len(report.problems), len(report.imported)
    left = f"; {lines} line{'s above need' if lines != 1 else ' above needs'} a look" if lines else ""
    console.print(f"{new} submission{'s' * (new != 1)} in {escape(str(out))}{left}.")
