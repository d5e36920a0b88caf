"""Small changes of statements: one is missing, two are exchanged, a case is left out, nothing is kept."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from course_utils.changes.change import Change
from course_utils.changes.expressions import OPPOSITE
from course_utils.changes.targets import target_of
from course_utils.changes.text import Block, Text

__all__ = ["added_up", "of_its_own", "statement_changes"]

SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr)
SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


def statement_changes(text: Text) -> Iterator[Change]:
    """Return the changes of all statements of a text."""
    for block in text.blocks:
        yield from _of_statement(text, block)
    for first, second in pairwise(text.blocks):
        if _exchangeable(first, second):
            yield _exchanged(text, first.node, second.node)


def _of_statement(text: Text, block: Block) -> Iterator[Change]:
    node = block.node
    if isinstance(node, SIMPLE) and block.function is not None:
        yield _whole(text, node, "statement-missing", "pass")
    match node:
        case ast.AugAssign(target=target, op=op, value=value) if type(op) in OPPOSITE:
            name, term = text.code(target), text.code(value)
            kind = "sign" if isinstance(op, ast.Add | ast.Sub) else "divided"
            yield _whole(text, node, kind, f"{name} {OPPOSITE[type(op)]}= {term}", term)
            yield _whole(text, node, "not-added-up", f"{name} = {term}", term)
        case ast.If(test=test):
            for kind, new in (
                ("cases-exchanged", f"not ({text.code(test)})"),
                ("one-case", "True"),
                ("one-case", "False"),
            ):
                start, end = text.span(test)
                yield _made(text, start, end, new, kind, target_of(node), text.code(test))
        case ast.With(items=[item]) if "grad" in text.code(item.context_expr):
            start, end = text.span(node)[0], text.span(item.context_expr)[1]
            yield _made(text, start, end, "if True", "graph-kept", "", text.code(item.context_expr))


def added_up(text: Text, block: Block) -> Iterator[Change]:
    """Return the changes that combine a new value with the one that it replaces: `a += b` for `a = b`."""
    match block.node:
        case ast.Assign(targets=[ast.Name() | ast.Attribute() | ast.Subscript() as target], value=value):
            name, term = text.code(target), text.code(value)
            for sign in ("+", "-", "*"):
                yield _whole(text, block.node, "added-up", f"{name} {sign}= {term}", term)


def of_its_own(text: Text, block: Block) -> Iterator[Change]:
    """Return the changes that give a second name a value of its own: after `m = [0]` and `v = m`, both are one list."""
    match block.node:
        case ast.Assign(targets=[target], value=ast.Name() | ast.Attribute() as value) if block.function is not None:
            for node in ast.walk(block.function):
                if isinstance(node, ast.Assign) and text.code(value) in map(text.code, node.targets):
                    yield _whole(text, block.node, "own-value", f"{text.code(target)} = {text.code(node.value)}")
        case ast.Assign(targets=[_, _, *_] as targets, value=ast.List() | ast.ListComp() | ast.Call() as value):
            new = "; ".join(f"{text.code(one)} = {text.code(value)}" for one in targets)
            yield _whole(text, block.node, "own-value", new)


def _whole(text: Text, node: ast.stmt, kind: str, new: str, term: str = "") -> Change:
    return _made(text, *text.span(node), new, kind, target_of(node), term)


def _made(text: Text, start: int, end: int, new: str, kind: str, target: str, term: str = "") -> Change:
    return Change(kind, start, end, new, text.line_at(start), target, term)


def _exchangeable(first: Block, second: Block) -> bool:
    """Say whether two simple statements follow each other in one list of statements."""
    both = (first.node, second.node)
    return (
        all(isinstance(node, SIMPLE) for node in both)
        and first.function is second.function is not None
        and first.node.col_offset == second.node.col_offset
    )


def _exchanged(text: Text, first: ast.stmt, second: ast.stmt) -> Change:
    (start, middle), (then, end) = text.span(first), text.span(second)
    new = text.code(second) + text.source[middle:then] + text.code(first)
    return _made(text, start, end, new, "order", target_of(second), target_of(first))
