"""What a student reads of a line: that one change in it is enough, never which; or what gets an idle value there."""

from __future__ import annotations

import ast

from course_utils.changes import LOST, Fact, Unread
from course_utils.checks.types import Pointed
from course_utils.kits.probe import Part

__all__ = ["pointed_at", "unused_at", "whole_cell"]

LONGEST = 80
# These change where a statement stands, or whether it does.
WHOLE = ("order", "moved", "statement-missing")
SAYS = {
    Fact.DROPPED: "this line computes something that is neither kept nor used.",
    Fact.NEVER_RUN: "this line never runs, as the one above it always leaves.",
    Fact.SAME: "this line gives a name the value that it has already.",
    Fact.ALWAYS_TAKEN: "its condition is always true.",
    Fact.EMPTY: "nothing is done here.",
    Fact.NEVER_TAKEN: "its condition is never true, so the block that it opens never runs.",
}


def pointed_at(
    source: str, line: int, part: Part, *, kind: str, left: str = "", elsewhere: bool = False, cell: int | None = None
) -> Pointed:
    """Return a line of a cell, with its sentence.

    Args:
        source: The cell.
        line: The line, counted from 1.
        part: The part that becomes right.
        kind: The kind of change.
        left: The sentence of the named mistake that is left; empty where nothing is.
        elsewhere: Whether this is not the cell that holds the objects of the part.
        cell: The number that the notebook shows beside the cell.
    """
    quote, where = _quote(source, line), _where(source, line, elsewhere)
    what = part.name if part.name in part.uses else "this part"
    change = _lost(kind) or f"one change {'at' if kind in WHOLE else 'in'} this line"
    effect = f"leaves one mistake in {what}. {left}" if left else f"makes {what} right."
    return Pointed(line, quote, f"Look at {where}, `{quote}`: {change} {effect}", cell)


def unused_at(source: str, line: int, unread: Unread, *, elsewhere: bool = False, cell: int | None = None) -> Pointed:
    """Return a line of a cell that does nothing, or gives names a value that is used nowhere, with its sentence.

    Args:
        source: The cell.
        line: The line, counted from 1.
        unread: What it is about the line.
        elsewhere: Whether this is not the cell that holds the objects of the part.
        cell: The number that the notebook shows beside the cell.
    """
    quote, where = _quote(source, line), _where(source, line, elsewhere)
    says = SAYS.get(unread.fact) or _of_names(unread)
    return Pointed(line, quote, f"Look at {where}, `{quote}`: {says}", cell)


def _of_names(unread: Unread) -> str:
    listed, is_one = " and ".join(f"`{name}`" for name in unread.names), len(unread.names) == 1
    fact, belongs = ("gets a value", "it belongs") if is_one else ("get values", "they belong")
    nothing = "no line of the cell uses" if unread.fact == Fact.ATTRIBUTE else "nothing uses"
    return f"{listed} {fact} there that {nothing}. If {belongs} in the result, code is missing."


def _lost(kind: str) -> str:
    """Say where a statement is missing; empty where none is."""
    if not kind.startswith(LOST):
        return ""
    return f"one more statement {'before' if kind.endswith('before') else 'behind'} this line"


def _quote(source: str, line: int) -> str:
    return _shortened(source.splitlines()[line - 1].strip())


def _where(source: str, line: int, elsewhere: bool) -> str:
    return f"line {line} of {whole_cell(source, line)}" if elsewhere else f"line {line}"


def whole_cell(source: str, line: int) -> str:
    """Speak of a cell by what it defines at a line."""
    for node in ast.parse(source).body:
        if node.lineno <= line <= (node.end_lineno or node.lineno) and hasattr(node, "name"):
            return f"the cell that defines {node.name}"
    return "another cell"


def _shortened(line: str) -> str:
    return line if len(line) <= LONGEST else line[: LONGEST - 3].rstrip() + "..."
