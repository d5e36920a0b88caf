"""Statements at the end of a loop that belong behind it, above all a `return`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from course_utils.changes.change import Change
from course_utils.changes.targets import target_of
from course_utils.changes.text import Block, Text

__all__ = ["out_of_loops"]


def out_of_loops(text: Text, block: Block) -> Iterator[Change]:
    """Return the changes that move the end of a loop behind it, or take a `return` out of its end."""
    loop = block.node
    if not isinstance(loop, ast.For | ast.While) or loop.orelse:
        return
    for number in range(len(loop.body) - 1, 0, -1):
        # What such a loop waits for may be among the rest: without that it would not end.
        if isinstance(loop, ast.While) and not isinstance(loop.body[number], ast.Return):
            break
        yield _moved(text, loop, loop.body[number:])
    if isinstance(loop.body[-1], ast.Return):
        yield _instead(text, loop.body[-1:], "pass")


def _moved(text: Text, loop: ast.For | ast.While, end: list[ast.stmt]) -> Change:
    inner, outer = " " * end[0].col_offset, " " * loop.col_offset
    start, stop = text.span(end[0])[0], text.span(end[-1])[1]
    lines = (line.removeprefix(inner) for line in text.source[start:stop].split("\n"))
    # The first statement leaves something behind, so that the change is found on its line.
    return _instead(text, end, "\n".join(["pass", *(f"{outer}{line}" if line.strip() else line for line in lines)]))


def _instead(text: Text, end: list[ast.stmt], new: str) -> Change:
    start, stop = text.span(end[0])[0], text.span(end[-1])[1]
    return Change("moved", start, stop, new, end[0].lineno, target_of(end[0]))
