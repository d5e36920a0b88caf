"""`autograder serve`: take hand-ins over the network."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from autograder.course import CourseError, find_root
from autograder.grade.types import GradingError

__all__ = ["serve"]


def serve(
    out: Annotated[Path, typer.Argument(help="Folder of the class: hand-ins go to `submitted` in it.")] = Path(
        "grading"
    ),
    roster: Annotated[Path | None, typer.Option(help="The class; without it, everybody whom the hub knows.")] = None,
    accounts: Annotated[
        bool, typer.Option("--accounts", help="Without a hub: a token for everybody on the roster.")
    ] = False,
    staff: Annotated[list[str] | None, typer.Option(help="Name of one of the teaching staff; may be repeated.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on, without a hub.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on, without a hub.")] = 8778,
    https: Annotated[bool, typer.Option("--https", help="Browsers reach it by https only.")] = False,
    database: Annotated[
        str | None, typer.Option(help="As in postgresql+psycopg://user@host/name; a file if not given.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=0, help="Worker processes; as many as help if not given.")] = None,
    weak_walls: Annotated[
        bool, typer.Option("--weak-walls", help="Run student code even where this machine cannot build every wall.")
    ] = False,
) -> None:
    """Take hand-ins, give signed receipts and verdicts on fresh inputs, and show the class live to its staff."""
    from autograder.serve.run import serve_for_ever
    from autograder.serve.wishes import Wishes, wishes_at_hub

    given: dict[str, Any] = {"host": host, "port": port, "https": https, **wishes_at_hub(dict(os.environ))}
    try:
        wishes = Wishes(
            root=find_root(),
            out=out.resolve(),
            roster=roster,
            accounts=accounts,
            staff=tuple(staff or ()),
            database=database or os.environ.get("COURSE_DATABASE"),
            workers=workers,
            walls="weak" if weak_walls else "full",
            **given,
        )
        typer.echo(f"Listening on http://{wishes.host}:{wishes.port}{wishes.prefix}/ · hand-ins go to {wishes.out}")
        serve_for_ever(wishes)
    except (GradingError, CourseError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
