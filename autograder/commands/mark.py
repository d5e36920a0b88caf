"""`autograder mark`: mark answers in words, question by question."""

from __future__ import annotations

import getpass
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from autograder.build.master_faults import BuildError
from autograder.course import CourseError, find_root
from autograder.grade.types import GradingError
from autograder.marking.desk import open_desk
from autograder.marking.serve import serve

__all__ = ["mark"]


def mark(
    grading: Annotated[Path, typer.Argument(help="The folder of `autograder grade --out`.")],
    assignment: Annotated[str | None, typer.Option(help="Only this assignment.")] = None,
    marker: Annotated[str | None, typer.Option(help="Who marks; the name of the account if not given.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port of the page; a free one if 0.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
) -> None:
    """Mark answers in words: a page on this machine, with one question and the answers of the class at a time."""

    def tell(address: str) -> None:
        typer.echo(f"Open {address} on this machine; whoever has this address can mark. Ctrl-C ends it.")
        if browser:
            webbrowser.open(address)

    try:
        desk = open_desk(grading, find_root(), assignment)
        serve(desk, marker or getpass.getuser(), port, tell)
    except (GradingError, CourseError, BuildError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
