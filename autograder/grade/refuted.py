"""Mistakes made together that need not be worked out: what they give, one of them alone gave, and it was not it."""

from __future__ import annotations

from collections import defaultdict
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


class Refuted:
    """What single mistakes gave and the outputs do not have: where another one beside it changes nothing there.

    `a` and `b` together that agree with `a` at all recorded places of an array do so for other inputs as well. Whole
    numbers agree by accident; they count for nothing.

    Args:
        recorded: The recorded part, whose inputs are others; None if there is none, and then nothing is refuted.
        got: The outputs that are judged.
        key: The key for their inputs.
    """

    def __init__(self, recorded: PartKey | None, got: Outputs, key: PartKey) -> None:
        self._recorded, self._got, self._key = recorded, got, key
        known = recorded.misconceptions if recorded else ()
        self._known = {number: one.outputs for one in known for number in one.numbers}
        self._wrong: defaultdict[str, set[tuple[str, int, bytes]]] = defaultdict(set)

    def has(self, number: int, ids: tuple[str, ...]) -> bool:
        """Say whether mistakes together give numbers that one of them gave, and that the outputs do not have."""
        entries = self._known.get(number, {})
        return len(ids) > 1 and any(
            name in entries and entries[name][:count].tobytes() == wrong
            for one in ids
            for name, count, wrong in self._wrong[one]
        )

    def add(self, one: Candidate) -> None:
        """Note what a single mistake gave that the outputs do not have, of arrays that may lack their last rows."""
        known = self._known.get(one.numbers[0], {}) if len(one.ids) == 1 else {}
        for name in one.outputs.keys() & known:
            count = self._count(name, one.outputs[name])
            entries = known[name][:count]
            if _are_fractions(entries) and self._differs(name, one.outputs[name]):
                self._wrong[one.ids[0]].add((name, count, entries.tobytes()))

    def _count(self, name: str, rows: NDArray[Any]) -> int:
        """Return how many of the recorded places are in these rows."""
        assert self._recorded is not None
        share = rows.size / max(self._key.expected[name].size, 1)
        return int((self._recorded.places[name] < share * self._recorded.expected[name].size).sum())

    def _differs(self, name: str, rows: NDArray[Any]) -> bool:
        got = beginning(self._got.get(name), rows)
        return got is not None and bool(close(got, rows, self._key, name).mean() < MOST_ALIKE)


def _are_fractions(entries: NDArray[Any]) -> bool:
    return bool((np.isfinite(entries) & (entries != np.round(entries))).any())
