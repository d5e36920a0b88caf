"""Values that a function is given or computes and then does nothing with: what was to take them up may be missing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from course_utils.changes.text import Function

__all__ = ["Fact", "Unread", "unread_attributes", "unread_values"]

# With these, code gets at values without their names.
SEES_ALL = ("locals", "vars", "eval", "exec", "globals")


class Fact(Enum):
    """What can be said of a line that does nothing; of several, what comes first is said."""

    DROPPED, SAME, NEVER_RUN, NEVER_TAKEN, ALWAYS_TAKEN, EMPTY, VALUE, ATTRIBUTE = range(8)


@dataclass(frozen=True)
class Unread:
    """A line that does nothing: above all one in which names get a value and are read nowhere.

    Args:
        line: The line, counted from 1.
        names: The names.
        fact: What it is about the line.
    """

    line: int
    names: tuple[str, ...]
    fact: Fact = Fact.VALUE


def unread_values(function: Function | ast.Lambda) -> Unread | None:
    """Return what a function is given or computes and never reads nor changes; of several lines the last one.

    What counts the rounds of a loop may be idle, and a name that begins with an underscore is meant to be.
    """
    nodes = list(ast.walk(function))
    if any(isinstance(node, ast.Name) and node.id in SEES_ALL for node in nodes):
        return None
    known = {*_read(nodes), *_counting(nodes), "self", "cls"}
    given = (*_given(function, nodes), *_entries(nodes))
    found = [(line, name) for line, name in given if name not in known and name[:1] != "_"]
    last = max((line for line, _ in found), default=0)
    return Unread(last, tuple(dict.fromkeys(name for line, name in found if line == last))) if found else None


def unread_attributes(tree: ast.Module) -> Unread | None:
    """Return what methods of a text give `self` and nothing in it reads; of several lines the last one.

    Classes with a base are left out: what is above them may read it.
    """
    nodes = list(ast.walk(tree))
    if any(isinstance(node, ast.Name) and node.id in (*SEES_ALL, "getattr") for node in nodes):
        return None
    attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
    read = {node.attr for node in attributes if not isinstance(node.ctx, ast.Store)}
    added = (one.target for one in nodes if isinstance(one, ast.AugAssign))
    read |= {one.attr for one in added if isinstance(one, ast.Attribute)}
    alone = (node for node in nodes if isinstance(node, ast.ClassDef) and not node.bases)
    inside = (one for node in alone for one in ast.walk(node) if isinstance(one, ast.Attribute))
    found = [(one.lineno, one.attr) for one in inside if isinstance(one.ctx, ast.Store) and _is_of_self(one)]
    left = [(line, name) for line, name in found if name not in read and name[:1] != "_"]
    last = max((line for line, _ in left), default=0)
    names = tuple(dict.fromkeys(f"self.{name}" for line, name in left if line == last))
    return Unread(last, names, Fact.ATTRIBUTE) if left else None


def _is_of_self(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _given(function: Function | ast.Lambda, nodes: list[ast.AST]) -> Iterator[tuple[int, str]]:
    arguments = function.args
    for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        yield function.lineno, one.arg
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


def _entries(nodes: list[ast.AST]) -> Iterator[tuple[int, str]]:
    """Yield the entries that `setdefault` gives a dictionary, of which no entry is read in this function by its key."""
    read = {
        node.slice.value for node in nodes if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
    }
    for node in nodes:
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=holder), attr="setdefault"), args=[ast.Constant(value=str(key)), _]
            ) if key not in read:
                yield node.lineno, f'{holder}["{key}"]'


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
