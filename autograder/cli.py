"""The console command `autograder`: one module per command in `autograder/commands`, put together here."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import typer

from autograder import commands

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)


@app.callback()
def autograder() -> None:
    """Build the course and grade a class. Run it inside a checkout of the course."""


for module in sorted(info.name for info in iter_modules(commands.__path__)):
    # The module of a command that Python keeps the name of ends in an underscore.
    app.command(module.rstrip("_"))(getattr(import_module(f"{commands.__name__}.{module}"), module))
