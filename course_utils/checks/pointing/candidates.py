"""The changes that are worth a run, the likeliest first."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from course_utils.changes import Change, IdleValues, Text, repairs, small_changes

__all__ = ["MILD", "STAGES", "Spot", "stages"]

# Kinds of changes in the order in which they are tried; what is not listed comes in the middle.
FIRST = (
    "name", "sign", "divided", "multiplied", "axis", "axis-lost", "bias", "flag", "function", "results-exchanged",
    "condition", "count", "index", "transposed", "elementwise", "cases-exchanged", "not-added-up", "added-up", "moved",
    "under-root", "matrix-product", "numerator", "reduced",
)  # fmt: skip
SECOND = ("constant", "exchanged", "complement", "brackets")
ADDED = ("call", "power", "copy", "factor", "term", "other-name")
LAST = ("order", "statement-missing", "one-case", "graph-kept")
# What takes nothing away, so that what is left after it was there before.
MILD = ("sign", "divided", "multiplied", "axis", "axis-lost", "bias", "brackets")
# A constant set to nothing, or a case left out, fits by accident.
TRICKS = ("0.0",)
ADDS = ("append", "extend", "insert")


@dataclass(frozen=True)
class Spot:
    """A change of a cell, and the statement that it is in.

    Args:
        change: The change.
        line: The first line of the statement, counted from 1.
        quote: The text of this line.
    """

    change: Change
    line: int
    quote: str


# Slips taken back; what a slip has taken out; what changes where a statement stands.
STAGES = 3


def stages(source: str, lines: Collection[int]) -> Iterator[list[Spot]]:
    """Yield the changes of a cell in the statements that were run, in stages: the likelier kinds of changes first.

    Args:
        source: The cell.
        lines: The lines that were run; of a function that was, its first one.

    Raises:
        SyntaxError: It is not Python, such as a cell that begins with a magic.
    """
    text, rows = Text(source), source.splitlines()
    alone, growing, idle = _alone_in_loops(text), _growing(text), IdleValues(text)

    def sorted_spots(changes: Iterable[Change]) -> list[Spot]:
        made = (change for change in changes if change.new not in TRICKS and not _feeds_itself(change, growing))
        found = [(change, text.statement_at(change.start)) for change in made]
        known = [Spot(change, line, rows[line - 1].strip()) for change, line in found if line in lines]
        # What takes up an idle value first. A stable order: within a kind, from the top of the cell to its end.
        return sorted(known, key=lambda spot: (not idle.taken_up(spot.change), *_rank(spot.change)))

    small = sorted_spots(small_changes(source, under_conditions=False))
    yield [spot for spot in small if spot.change.kind not in LAST]
    yield sorted_spots(repairs(source))
    yield [spot for spot in small if spot.change.kind in LAST and spot.change.start not in alone]


def _alone_in_loops(text: Text) -> set[int]:
    """Return where the statements begin that are all there is in a `while` loop: an empty one cannot be stopped."""
    loops = (node for node in ast.walk(text.tree) if isinstance(node, ast.While) and len(node.body) == 1)
    return {text.span(loop.body[0])[0] for loop in loops}


def _growing(text: Text) -> list[tuple[int, int, str]]:
    """Return where something is added to a list: where the call begins and ends, and the list as code."""
    return [
        (*text.span(node), text.code(node.func.value))
        for node in ast.walk(text.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ADDS
    ]


def _feeds_itself(change: Change, growing: Iterable[tuple[int, int, str]]) -> bool:
    """Say whether a change adds a list to itself: an array of it takes minutes to fail, and nothing can stop that."""
    return any(start <= change.start < end and change.new == items for start, end, items in growing)


def _rank(change: Change) -> tuple[int, bool]:
    """Return the group of a change; within each, default values come last."""
    for rank, kinds in ((0, FIRST), (1, SECOND), (3, ADDED), (4, LAST)):
        if change.kind in kinds:
            return rank, change.is_default
    return 2, change.is_default
