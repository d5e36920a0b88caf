"""The cells in which functions and classes were defined, and whether a saved notebook still holds them."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

__all__ = ["cells_behind", "definitions", "plain"]


def cells_behind(objects: Sequence[object]) -> tuple[str, ...]:
    """Return the sources of the cells that defined functions and classes, as IPython keeps them for tracebacks.

    What was imported from a file, or has no Python code, is left out.
    """
    names = dict.fromkeys(code.co_filename for thing in objects for code in _codes(thing))
    return tuple(source for name in names if _is_cell(name) and (source := "".join(linecache.getlines(name))))


def definitions(source: str) -> str | None:
    """Return what a cell defines, in a form without comments and layout; None where Python cannot read it.

    Calls that stand alone, such as `print(...)` or magics, define nothing.
    """
    if source.lstrip().startswith("%%"):
        # Such as %%time: the rest may well be Python.
        source = source.lstrip().partition("\n")[2]
    try:
        body = ast.parse(plain(source)).body
    except (SyntaxError, ValueError):
        return None
    return "\n".join(ast.dump(node) for node in body if not isinstance(node, ast.Expr | ast.Pass))


def plain(source: str) -> str:
    """Return a cell with `pass` for the lines that only IPython understands (%, !, ?); empty for a `%%` cell."""
    lines = source.splitlines()
    if lines and lines[0].lstrip().startswith("%%"):
        return ""
    return "\n".join(_plain_line(line) for line in lines)


def _plain_line(line: str) -> str:
    code = line.lstrip()
    return line[: len(line) - len(code)] + "pass" if code[:1] in ("%", "!", "?") else line


def _codes(thing: object) -> Iterable[CodeType]:
    """Yield the code of a function, or that of the methods which a class defines itself."""
    found: Iterable[Any] = vars(thing).values() if isinstance(thing, type) else [thing]
    for each in found:
        try:
            inner = inspect.unwrap(each)
        except Exception:
            # An attribute of a student's class may do anything when it is asked.
            continue
        if isinstance(inner, FunctionType):
            yield inner.__code__


def _is_cell(name: str) -> bool:
    """Tell a cell from a module: it is no file, save where a debugger has written it down in ipykernel's folder."""
    return "ipykernel_" in name or not Path(name).is_file()
