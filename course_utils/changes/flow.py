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
    """Set each number that a function takes to its default before anything else is done."""
    given = function.args
    defaults = zip(given.args[len(given.args) - len(given.defaults) :], given.defaults, strict=True)
    begin = next(dropwhile(_is_text, function.body))
    start, _ = text.span(begin)
    for argument, default in defaults:
        if isinstance(default, ast.Constant) and type(default.value) in (int, float):
            line = f"{argument.arg} = {text.code(default)}\n{' ' * begin.col_offset}"
            yield Change("argument-unused", start, start, line, function.lineno, function.name, argument.arg)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
