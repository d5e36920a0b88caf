"""Values that a function is given or computes and then does nothing with: what was to take them up may be missing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from course_utils.changes.text import Function

__all__ = ["Unread", "unread_values"]

# With these, code gets at values without their names.
SEES_ALL = ("locals", "vars", "eval", "exec", "globals")


@dataclass(frozen=True)
class Unread:
    """Names that get a value and are read nowhere.

    Args:
        line: Where they get it, counted from 1.
        names: The names.
    """

    line: int
    names: tuple[str, ...]


def unread_values(function: Function | ast.Lambda) -> Unread | None:
    """Return what a function is given or computes and never reads nor changes; of several lines the last one.

    What counts the rounds of a loop may be idle, and a name that begins with an underscore is meant to be.
    """
    nodes = list(ast.walk(function))
    if any(isinstance(node, ast.Name) and node.id in SEES_ALL for node in nodes):
        return None
    known = {*_read(nodes), *_counting(nodes), "self", "cls"}
    found = [(line, name) for line, name in _given(function, nodes) if name not in known and name[:1] != "_"]
    last = max((line for line, _ in found), default=0)
    return Unread(last, tuple(dict.fromkeys(name for line, name in found if line == last))) if found else None


def _given(function: Function | ast.Lambda, nodes: list[ast.AST]) -> Iterator[tuple[int, str]]:
    arguments = function.args
    for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        yield function.lineno, one.arg
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


def _read(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Load() | ast.Del()) | ast.AugAssign(target=ast.Name(id=name)):
                yield name
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from names


def _counting(nodes: list[ast.AST]) -> Iterator[str]:
    """Yield the names of loops that have one, and of `with`: there the values are often of no interest."""
    for node in nodes:
        match node:
            case ast.For(target=ast.Name(id=name)) | ast.comprehension(target=ast.Name(id=name)):
                yield name
            case ast.withitem(optional_vars=ast.Name(id=name)):
                yield name
