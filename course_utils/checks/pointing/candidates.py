"""The changes that are worth a run, the likeliest first."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain, islice

from course_utils.changes import (
    LOST_ALIKE,
    Change,
    IdleValues,
    Text,
    compounds,
    lost_statements,
    repairs,
    small_changes,
)
from course_utils.changes.expressions import Piece, made, roots
from course_utils.checks.pointing.constants import constant_lines
from course_utils.checks.pointing.sorts import ALIKE, UNLIKE, Sorts, likeness

__all__ = ["MILD", "STAGES", "Spot", "stages"]

# Kinds of changes in the order in which they are tried; what is not listed comes in the middle.
FIRST = (
    "name", "sign", "divided", "multiplied", "axis", "axis-lost", "bias", "flag", "function", "results-exchanged",
    "condition", "count", "index", "transposed", "elementwise", "cases-exchanged", "not-added-up", "added-up", "moved",
    "into-function", "matrix-product", "numerator", "reduced", "own-value", "exponent",
)  # fmt: skip
SECOND = ("constant", "exchanged", "complement", "brackets")
ADDED = ("share", "mixture", "number", "call", "shape", "power")
COMBINED = ("copy", "factor", "term", "other-name")
LAST = ("order", "statement-missing", "one-case", "graph-kept", "compound")
# What takes nothing away, so that what is left after it was there before.
MILD = ("sign", "divided", "multiplied", "axis", "axis-lost", "bias", "brackets")
# A constant set to nothing, or a case left out, fits by accident.
TRICKS = ("0.0",)
# Attributes that modules have anyway begin with an underscore, except for one.
INHERITED = re.compile(r"self\.(?!_|training$)")
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


# The likeliest slips taken back, lost statements, wrong constants, the other slips taken back, names, what the
# likeliest slips have taken out, what the others have; what changes where a statement stands; names of which the values
# have nothing in common; whole formulas that were taken out.
STAGES = 13
LIKELIEST, NEXT, MIDDLE, UNLIKELY = 0, 1, 2, 6
# What combines a value with each name that there is.
MANY = 4
# Of a long cell there would be too many.
MOST_COMPOUNDS = 5_000
_small = lru_cache(maxsize=8)(partial(small_changes, under_conditions=False))
_repairs = lru_cache(maxsize=8)(repairs)
_lost = lru_cache(maxsize=8)(lost_statements)


def stages(source: str, lines: Collection[int], sorts: Sorts | None = None) -> Iterator[list[Spot]]:
    """Yield the changes of a cell in the statements that were run, in stages: the likelier kinds of changes first.

    Args:
        source: The cell.
        lines: The lines that were run; of a function that was, its first one.
        sorts: What sorts of values names had; empty where that says nothing.

    Raises:
        SyntaxError: It is not Python, such as a cell that begins with a magic.
    """
    order = _Order(source, lines, sorts or {})
    small = order.by_group((*_small(source, lines=order.lines), *order.inherited()))
    # Where sorts are known there are numbers, and among names only idle ones are likelier than a formula.
    waiting = [one for one in small[LIKELIEST] if sorts and one.change.kind == "name" and not order.takes_up(one)]
    wait = {id(spot) for spot in waiting}
    yield [spot for spot in small[LIKELIEST] if id(spot) not in wait]
    added = order.by_group(_repairs(source, lines=order.lines))
    yield [spot for spot in added[LIKELIEST] if order.takes_up(spot)]
    lost = sorted(map(order.spot, _lost(source, lines=order.lines)), key=order.later)
    yield [one for one in lost if not one.change.kind.startswith(LOST_ALIKE)]
    yield small[NEXT]
    yield [spot for group in range(MIDDLE, UNLIKELY - 1) for spot in small[group]]
    yield waiting
    yield [spot for spot in added[LIKELIEST] if not order.takes_up(spot)]
    yield [spot for group in range(NEXT, MANY) for spot in added[group]]
    yield [one for one in lost if one.change.kind.startswith(LOST_ALIKE)]
    yield added[MANY]
    yield [spot for spot in small[UNLIKELY - 1] if spot.change.start not in order.alone]
    yield [*small[UNLIKELY], *added[UNLIKELY]]
    yield order.by_group(islice(compounds(source, order.lines), MOST_COMPOUNDS))[UNLIKELY - 1]


class _Order:
    """The order of the changes of a cell, and which of them are made at all."""

    def __init__(self, source: str, lines: Collection[int], sorts: Sorts) -> None:
        self._text = Text(source)
        self._rows, self._sorts = source.splitlines(), sorts
        self.lines = frozenset({*lines, *constant_lines(self._text, lines)})
        self._growing, self._idle = _growing(self._text), IdleValues(self._text)
        self.alone = _alone_in_loops(self._text)

    def by_group(self, changes: Iterable[Change]) -> dict[int, list[Spot]]:
        """Return changes by group; in each, those first that take up an idle value, and those of defaults last.

        A stable order: within a kind, from the top of the cell to its end.
        """
        found: dict[int, list[Spot]] = {group: [] for group in range(UNLIKELY + 1)}
        made = (one for one in changes if one.new not in TRICKS and not _feeds_itself(one, self._growing))
        for change in made:
            spot = self.spot(change)
            if spot.line in self.lines:
                found[self._group(change)].append(spot)
        return {group: sorted(spots, key=self.later) for group, spots in found.items()}

    def spot(self, change: Change) -> Spot:
        """Return a change with the statement that it is in, or that it comes behind."""
        line = self._text.statement_at(change.start)
        return Spot(change, line, self._rows[line - 1].strip())

    def inherited(self) -> Iterator[Change]:
        """Yield the changes that name an attribute which only a class of another cell or file sets."""
        others = [name for name in self._sorts if INHERITED.match(name) and name not in self._text.attributes]
        for block in self._text.within(self.lines).blocks:
            for node in chain.from_iterable(map(ast.walk, roots(block.node))) if others else ():
                if isinstance(node, ast.Attribute) and (own := self._text.code(node)) in self._text.attributes:
                    yield from (made(self._text, block, Piece("name", node, one, own, one)) for one in others)

    def takes_up(self, spot: Spot) -> bool:
        """Say whether a change takes up a value that is idle."""
        return self._idle.taken_up(spot.change)

    def later(self, spot: Spot) -> tuple[bool, bool, bool, bool]:
        """Return the order within a stage: idle values first, then names of one sort; other names, defaults last."""
        change = spot.change
        is_other = change.kind == "name" and likeness(change, self._text.source, self._sorts) != ALIKE
        return not self.takes_up(spot), is_other, change.kind == "other-name", change.is_default

    def _group(self, change: Change) -> int:
        groups = ((0, FIRST), (1, SECOND), (3, ADDED), (MANY, COMBINED), (UNLIKELY - 1, LAST))
        group = next((number for number, kinds in groups if change.kind in kinds), MIDDLE)
        alike = likeness(change, self._text.source, self._sorts)
        if alike == UNLIKE:
            return UNLIKELY
        is_likely = group < UNLIKELY - 1 and (alike == ALIKE or self._idle.taken_up(change))
        return LIKELIEST if is_likely else group


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
