"""The console command `autograder`: one module per command in `autograder/commands`, imported when it is asked for."""

from __future__ import annotations

import ast
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command_from_info
from typer.models import CommandInfo

from autograder import commands

__all__ = ["app"]


class CommandsByModule(TyperGroup):
    """Lists the commands by what their modules say in their text, and imports the one that runs."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Return the names of all commands."""
        return sorted(_modules())

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | None:  # type: ignore[override]
        """Return a command that has a name and a help text, and nothing to run."""
        return TyperCommand(cmd_name, help=_help(_modules()[cmd_name])) if cmd_name in _modules() else None

    def resolve_command(self, ctx, args):  # type: ignore[no-untyped-def]
        """Import the command that is to run; an unknown one is refused as usual."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, listed and _imported(str(name)), rest


@cache
def _modules() -> dict[str, str]:
    """Return the module of each command; that of a name which Python keeps ends in an underscore."""
    return {info.name.rstrip("_"): info.name for info in iter_modules(commands.__path__)}


def _help(module: str) -> str:
    """Return the docstring of a command, read without an import."""
    spec = find_spec(f"{commands.__name__}.{module}")
    assert spec is not None
    tree = ast.parse(Path(str(spec.origin)).read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == module]
    return ast.get_docstring(functions[0]) or ""


def _imported(name: str) -> TyperCommand:
    module = _modules()[name]
    function = getattr(import_module(f"{commands.__name__}.{module}"), module)
    info = CommandInfo(name=name, callback=function)
    command = get_command_from_info(info, pretty_exceptions_short=True, rich_markup_mode=app.rich_markup_mode)
    assert isinstance(command, TyperCommand)
    return command


app = typer.Typer(cls=CommandsByModule, no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)


@app.callback()
def autograder() -> None:
    """Build the course and grade a class. Run it inside a checkout of the course."""
