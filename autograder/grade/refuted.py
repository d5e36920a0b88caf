"""Mistakes made together that need not be worked out: what they give, fewer of them gave, and it was not it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.differences import beginning
from course_utils.checks.closeness import close
from course_utils.checks.types import Candidate, PartKey
from course_utils.kits.probe import Outputs

__all__ = ["Refuted"]

# An array is not that of the outputs where more than this share of its entries differs.
MOST_ALIKE = 0.5
# What is noted of ways without a mistake: each mistake may be made within them.
NO_MISTAKE = ("",)


class Refuted:
    """What mistakes and conventions gave and the outputs do not have: where another one beside them changes nothing.

    `a` and `b` together that agree with `a`, or with what is right, at all recorded places of an array do so for other
    inputs as well, and so does a mistake within a convention that agrees with one of the two alone. Whole numbers agree
    by accident; they count for nothing.

    Args:
        recorded: The recorded part, whose inputs are others; None if there is none, and then nothing is refuted.
        got: The outputs that are judged.
        key: The key for their inputs.
        accepted: Conventions as they were worked out for these inputs.
    """

    def __init__(
        self, recorded: PartKey | None, got: Outputs, key: PartKey, accepted: Iterable[Candidate] = ()
    ) -> None:
        self._recorded, self._got, self._key = recorded, got, key
        self._known = _by_number(recorded.misconceptions) if recorded else {}
        self._wrong: defaultdict[str, defaultdict[tuple[str, int], set[bytes]]]
        self._wrong = defaultdict(lambda: defaultdict(set))
        if recorded:
            known = _by_number(recorded.variants)
            self._note(NO_MISTAKE, key.expected, _right(recorded))
            for one in accepted:
                self._note(NO_MISTAKE, one.outputs, known.get(one.numbers[0], {}))

    def has(self, number: int, ids: tuple[str, ...]) -> bool:
        """Say whether a way gives numbers that another one gave with fewer edits, and that the outputs do not have."""
        entries = self._known.get(number, {})
        return any(
            name in entries and entries[name][:count].tobytes() in wrong
            for one in (*NO_MISTAKE, *ids)
            for (name, count), wrong in self._wrong[one].items()
        )

    def add(self, one: Candidate) -> None:
        """Note what mistakes gave, of arrays that may lack their last rows."""
        self._note(one.ids, one.outputs, self._known.get(one.numbers[0], {}))

    def _note(self, ids: tuple[str, ...], outputs: Outputs, known: Outputs) -> None:
        for name in outputs.keys() & known:
            count = self._count(name, outputs[name])
            if self._differs(name, outputs[name], known[name][:count]):
                for one in ids:
                    self._wrong[one][name, count].add(known[name][:count].tobytes())

    def _count(self, name: str, rows: NDArray[Any]) -> int:
        """Return how many of the recorded places are in these rows."""
        assert self._recorded is not None
        share = rows.size / max(self._key.expected[name].size, 1)
        return int((self._recorded.places[name] < share * self._recorded.expected[name].size).sum())

    def _differs(self, name: str, rows: NDArray[Any], entries: NDArray[Any]) -> bool:
        """Say whether the outputs do not have these rows, of which the recorded entries are no whole numbers."""
        got = beginning(self._got.get(name), rows)
        fractions = np.isfinite(entries) & (entries != np.round(entries))
        return got is not None and bool(fractions.any() and close(got, rows, self._key, name).mean() < MOST_ALIKE)


def _right(recorded: PartKey) -> Outputs:
    """Return the right entries at the recorded places, as those of mistakes are stored."""
    stored = {name: array.dtype for one in recorded.misconceptions for name, array in one.outputs.items()}
    return {n: recorded.expected[n].ravel()[recorded.places[n]].astype(dtype) for n, dtype in stored.items()}


def _by_number(known: Iterable[Candidate]) -> dict[int, Outputs]:
    return {number: one.outputs for one in known for number in one.numbers}
