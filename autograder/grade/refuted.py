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
        self._given: defaultdict[str, dict[tuple[str, int, bytes], NDArray[Any]]] = defaultdict(dict)

    def has(self, number: int, ids: tuple[str, ...]) -> bool:
        """Say whether mistakes together give numbers that one of them gave, and that the outputs do not have."""
        entries = self._known.get(number, {})
        return len(ids) > 1 and any(
            name in entries and entries[name][:count].tobytes() == known and self._differs(name, rows, entries[name])
            for one in ids
            for (name, count, known), rows in self._given[one].items()
        )

    def add(self, one: Candidate) -> None:
        """Note what a single mistake gave, of arrays that may lack their last rows."""
        known = self._known.get(one.numbers[0], {}) if len(one.ids) == 1 else {}
        for name in one.outputs.keys() & known:
            count = self._count(name, one.outputs[name])
            self._given[one.ids[0]].setdefault((name, count, known[name][:count].tobytes()), one.outputs[name])

    def _count(self, name: str, rows: NDArray[Any]) -> int:
        """Return how many of the recorded places are in these rows."""
        assert self._recorded is not None
        share = rows.size / max(self._key.expected[name].size, 1)
        return int((self._recorded.places[name] < share * self._recorded.expected[name].size).sum())

    def _differs(self, name: str, rows: NDArray[Any], entries: NDArray[Any]) -> bool:
        """Say whether the outputs do not have these rows, of which the recorded entries are no whole numbers."""
        got, known = beginning(self._got.get(name), rows), entries[: self._count(name, rows)]
        fractions = np.isfinite(known) & (known != np.round(known))
        return got is not None and bool(fractions.any() and close(got, rows, self._key, name).mean() < MOST_ALIKE)
