"""Slips in the way through a function: it returns inside a loop, or uses the default whatever is passed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import dropwhile

from course_utils.changes.change import Change
from course_utils.changes.targets import RETURNED
from course_utils.changes.text import Function, Text

__all__ = ["flow_changes"]


def flow_changes(text: Text) -> Iterator[Change]:
    """Return the changes of the way through all functions of a text."""
    for block in text.blocks:
        if isinstance(block.node, Function):
            yield from _returning_early(text, block.node)
            yield from _with_defaults(text, block.node)


def _returning_early(text: Text, function: Function) -> Iterator[Change]:
    """Return the last line of a function at the end of each of its loops before that, too."""
    last = function.body[-1]
    if not isinstance(last, ast.Return):
        return
    for loop in function.body[:-1]:
        if isinstance(loop, ast.For | ast.While):
            first, (_, end) = loop.body[0], text.span(loop)
            line = f"\n{' ' * first.col_offset}{text.code(last)}"
            yield Change("return-in-loop", end, end, line, last.lineno, RETURNED)


def _with_defaults(text: Text, function: Function) -> Iterator[Change]:
    """Set numbers that a function takes to their defaults at the start: one of them, or the last few."""
    given = function.args
    defaults = zip(given.args[len(given.args) - len(given.defaults) :], given.defaults, strict=True)
    fixed = [(one.arg, text.code(default)) for one, default in defaults if _is_number(default)]
    begin = next(dropwhile(_is_text, function.body))
    start, _ = text.span(begin)
    for some in (*([one] for one in fixed), *(fixed[i:] for i in range(len(fixed) - 1))):
        kind = "argument-unused" if len(some) == 1 else "arguments-unused"
        names, values = (", ".join(words) for words in zip(*some, strict=True))
        line = f"{names} = {values}\n{' ' * begin.col_offset}"
        term = " and ".join(name for name, _ in some)
        yield Change(kind, start, start, line, function.lineno, function.name, term)


def _is_number(default: ast.expr) -> bool:
    return isinstance(default, ast.Constant) and type(default.value) in (int, float)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
