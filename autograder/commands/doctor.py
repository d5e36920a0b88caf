"""`autograder doctor`: which walls this machine can build around student code, and what to do about the others."""

from __future__ import annotations

import platform
import time

import typer

from autograder.sandbox.endings import Broken
from autograder.sandbox.run import run_submission
from autograder.sandbox.servers import borrow_server, close_servers
from autograder.sandbox.types import CellStep
from autograder.sandbox.walls.advice import advise
from autograder.sandbox.walls.known_walls import STAND_INS, WALLS

__all__ = ["doctor"]


def doctor() -> None:
    """Build every wall that this machine can build, say which stand, and what to do. Exit with 1 if one is missing."""
    typer.echo(f"{platform.system()} {platform.release()}, {platform.machine()}, Python {platform.python_version()}")
    try:
        failures, stand_ins, seconds = _try()
    except Broken as error:
        typer.echo(f"The sandbox does not start: {error}", err=True)
        raise typer.Exit(2) from error
    for name, meaning in WALLS.items():
        typer.echo(f"{'no ' if name in failures else 'yes'}  {name:<13} {meaning}")
        if name in failures:
            typer.echo(f"     {'':<13} refused by the system: {failures[name]}")
    for name in stand_ins:
        typer.echo(f"in their place: {STAND_INS[name]}")
    typer.echo(f"An empty submission takes {seconds * 1000:.0f} ms.")
    if not failures:
        typer.echo("Every wall stands; `autograder grade` can run.")
        return
    typer.echo("`autograder grade` refuses to run here. What to do:")
    for line in advise(failures):
        typer.echo(f"  - {line}")
    raise typer.Exit(1)


def _try() -> tuple[dict[str, str], tuple[str, ...], float]:
    """Run an empty submission behind whatever walls there are.

    Returns:
        The missing ones, what stands in for them, and how long it took, in seconds.
    """
    step = CellStep("empty", "")
    try:
        run_submission([step], walls="weak")
        start = time.perf_counter()
        run_submission([step], walls="weak")
        seconds = time.perf_counter() - start
        with borrow_server("weak") as server:
            return dict(server.failures), server.stand_ins, seconds
    finally:
        close_servers()
