"""In which order changes are tried: the likely lines first, by what their values reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from course_utils.checks.pointing.candidates import Spot
from course_utils.checks.pointing.early import Effect

__all__ = ["Candidate", "Order"]

# So many changes of a statement that show that it is no likely one, and the rest of them wait.
ENOUGH = 3
Candidate = tuple[str, Spot]
Statement = tuple[str, int]


class Order:
    """The changes of each stage; those of statements that cannot be the wrong ones wait.

    A change that mends a part leaves alone what is right already, and does something to what is wrong. A statement of
    which several changes in a row spoil what was right, or leave what was wrong as it was, is therefore no likely one.
    """

    def __init__(self) -> None:
        self._spoiled, self._idle = Counter[Statement](), Counter[Statement]()
        self._cleared: set[Statement] = set()

    def of(self, candidates: Sequence[Candidate]) -> Iterator[Candidate]:
        """Yield the changes of a stage.

        Args:
            candidates: Cells and changes, the likeliest first.
        """
        waiting: list[Candidate] = []
        for one in candidates:
            if self._is_unlikely(_statement(one)):
                waiting.append(one)
            else:
                yield one
        yield from waiting

    def wants_scout(self, one: Candidate) -> bool:
        """Say whether it has to be seen yet what changes of a statement do to all that is right."""
        statement = _statement(one)
        return statement not in self._cleared and self._spoiled[statement] < ENOUGH

    def learn(self, one: Candidate, effect: Effect, *, to_end: bool = True) -> None:
        """Take in what became of a change.

        Args:
            one: The change.
            effect: What it did.
            to_end: Whether all that is right was looked at, as far as it was not spoiled.
        """
        statement = _statement(one)
        if effect == Effect.SPOILS:
            self._spoiled[statement] += 1
        elif effect == Effect.IDLE:
            self._idle[statement] += 1
        elif effect == Effect.OTHER:
            self._idle[statement] = 0
            if to_end:
                self._spoiled[statement] = 0
                self._cleared.add(statement)

    def _is_unlikely(self, statement: Statement) -> bool:
        return max(self._spoiled[statement], self._idle[statement]) >= ENOUGH


def _statement(one: Candidate) -> Statement:
    cell, spot = one
    return cell, spot.line
