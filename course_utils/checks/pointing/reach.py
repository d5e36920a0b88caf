"""How the values of one line of a cell come to another one: through names, attributes and entries."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from course_utils.changes import Text

__all__ = ["distances"]

# What a statement holds besides its own formula.
INNER = ("body", "orelse", "finalbody", "handlers")


def distances(source: str, line: int) -> Mapping[int, int]:
    """Return, by its first line, over how many statements the values of a statement come to a line.

    A statement that has no way there is left out. Branches and the order of statements are not looked at.

    Args:
        source: The cell.
        line: The line that is reached, counted from 1.

    Raises:
        SyntaxError: It is not Python.
    """
    nodes = [block.node for block in Text(source).blocks]
    bound = {id(node): set(_bound(node)) for node in nodes}
    around = [node for node in nodes if node.lineno <= line <= (node.end_lineno or node.lineno)]
    found: dict[int, int] = {}
    waiting = [(max(around, key=lambda node: node.lineno), 0)] if around else []
    for node, steps in waiting:
        if node.lineno in found:
            continue
        found[node.lineno] = steps
        wanted = set(_read(node))
        waiting += [(other, steps + 1) for other in nodes if wanted & bound[id(other)]]
    return found


def _parts(node: ast.stmt) -> Iterator[ast.AST]:
    """Yield the nodes of a statement, without those of the statements inside it."""
    for name, value in ast.iter_fields(node):
        for one in value if isinstance(value, list) else [value]:
            if name not in INNER and isinstance(one, ast.AST):
                yield from ast.walk(one)


def _read(node: ast.stmt) -> Iterator[str]:
    for one in _parts(node):
        if isinstance(one, ast.Name | ast.Attribute):
            yield _word(one)


def _bound(node: ast.stmt) -> Iterator[str]:
    """Yield what a statement gives a value: names, and what it changes in place."""
    for one in _parts(node):
        if isinstance(one, ast.Name | ast.Attribute) and isinstance(one.ctx, ast.Store):
            yield _word(one)
        elif isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Store):
            yield _word(one.value)
        elif isinstance(one, ast.arg):
            yield one.arg
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        yield _word(node.value.func.value)


def _word(node: ast.expr) -> str:
    """Return the word for a name or an attribute; empty for anything else."""
    return node.id if isinstance(node, ast.Name) else f".{node.attr}" if isinstance(node, ast.Attribute) else ""
