"""`autograder similar`: solutions of a class that are alike, as a page and a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.course import CourseError, find_root
from autograder.grade.types import GradingError

__all__ = ["similar"]


def similar(
    submissions: Annotated[Path, typer.Argument(help="Folder in the layout STUDENT/ASSIGNMENT/NOTEBOOK.ipynb.")],
    out: Annotated[Path, typer.Option(help="Gets similar.html and similar.csv.")],
    assignment: Annotated[str | None, typer.Option(help="Only this assignment.")] = None,
    threshold: Annotated[float, typer.Option(min=0.5, max=1.0, help="Least share of tokens in common.")] = 0.9,
) -> None:
    """List pairs of solutions that are alike. The list says where to look; it is no verdict, and it changes no mark."""
    from autograder.similar.find import find_similar, write_report

    try:
        found = find_similar(submissions, find_root(), assignment, threshold)
        write_report(out, found)
    except (GradingError, CourseError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    typer.echo(f"{len(found.pairs)} similar pairs in {found.submissions} submissions: {out / 'similar.html'}")
    for line in found.unread:
        typer.echo(f"not compared: {line}")
