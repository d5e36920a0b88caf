"""Slips with brackets: without them, an operation takes only the nearer half of a sum, difference or product."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from course_utils.changes.change import Change
from course_utils.changes.targets import target_of
from course_utils.changes.text import Block, Text

__all__ = ["bracket_changes"]

# What binds more strongly has a larger number.
BINDS: dict[type[ast.operator], int] = {ast.Add: 1, ast.Sub: 1, ast.Mult: 2, ast.Div: 2, ast.Pow: 3}


def bracket_changes(text: Text) -> Iterator[Change]:
    """Return the changes that leave out one pair of brackets of a formula."""
    for block in text.blocks:
        if not isinstance(block.node, ast.FunctionDef | ast.ClassDef | ast.For | ast.If | ast.With | ast.While):
            for node in ast.walk(block.node):
                if isinstance(node, ast.BinOp) and type(node.op) in BINDS:
                    yield from _of_operation(text, block, node)


def _of_operation(text: Text, block: Block, node: ast.BinOp) -> Iterator[Change]:
    whole = text.code(node)
    for inner in (node.left, node.right):
        if not isinstance(inner, ast.BinOp) or not _needs_brackets(inner, node):
            continue
        (start, end), (begin, _) = text.span(inner), text.span(node)
        before, after = whole[: start - begin].rstrip(), whole[end - begin :].lstrip()
        if before.endswith("(") and after.startswith(")"):
            new = f"{before[:-1]}{text.code(inner)}{after[1:]}"
            line = text.line_at(begin)
            target = target_of(block.node, node)
            yield Change("brackets-missing", begin, begin + len(whole), new, line, target, text.code(inner))


def _needs_brackets(inner: ast.BinOp, outer: ast.BinOp) -> bool:
    """Say whether the operation means something else without the brackets around one side."""
    if type(inner.op) not in BINDS:
        return False
    weak, strong = BINDS[type(inner.op)], BINDS[type(outer.op)]
    return weak < strong or (inner is outer.right and weak == strong and isinstance(outer.op, ast.Sub | ast.Div))
