"""In which order changes are tried: the likely lines first, by what their values reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from course_utils.checks.pointing.candidates import Spot

__all__ = ["Candidate", "Order"]

# So many changes of a statement that spoil what was right, and the rest of them wait.
ENOUGH = 4
Candidate = tuple[str, Spot]


class Order:
    """The changes of one stage, line by line in turn; lines whose values reach what is right come last.

    A change that mends a part leaves alone what is right already. A statement of which several changes in a row spoil
    an array that was right is therefore no likely one.

    Args:
        candidates: Cells and changes, the likeliest first.
    """

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._candidates = candidates
        self._spoiled: Counter[tuple[str, int]] = Counter()

    def __iter__(self) -> Iterator[Candidate]:
        waiting: list[Candidate] = []
        for one in self._candidates:
            if self._spoiled[_statement(one)] >= ENOUGH:
                waiting.append(one)
            else:
                yield one
        yield from waiting

    def learn(self, one: Candidate, *, spoiled: bool) -> None:
        """Take in what became of a change.

        Args:
            one: The change.
            spoiled: Whether it was stopped at an array that is right without it.
        """
        statement = _statement(one)
        self._spoiled[statement] = self._spoiled[statement] + 1 if spoiled else 0


def _statement(one: Candidate) -> tuple[str, int]:
    cell, spot = one
    return cell, spot.line
