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
# A single number agrees by accident.
FEWEST = 2
# What is noted of ways without a mistake: each mistake may be made within them.
NO_MISTAKE = ""
# A mistake in the solution itself, of which all arrays count; or in a tuple, one of which each array counts.
Maker = str | tuple[str, ...]
# How many recorded entries of each array were worked out.
Extent = tuple[tuple[str, int], ...]


class Refuted:
    """What mistakes and conventions gave and the outputs do not have: where another one beside them changes nothing.

    `a` and `b` together that agree with `a` at all recorded places of an array do so for other inputs as well. A
    mistake within a convention has to agree with one of the two alone in all arrays that were worked out. Whole numbers
    agree by accident; they count for nothing.

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
        self._wrong: defaultdict[Maker, defaultdict[Extent, set[bytes]]] = defaultdict(lambda: defaultdict(set))
        if recorded:
            known = _by_number(recorded.variants)
            for one in accepted:
                self._note(NO_MISTAKE, one.outputs, known.get(one.numbers[0], {}))

    def has(self, number: int, ids: tuple[str, ...]) -> bool:
        """Say whether a way gives numbers that another one gave with fewer edits, and that the outputs do not have."""
        known = self._known.get(number, {})
        makers: list[Maker] = [NO_MISTAKE, *ids, *((one,) for one in ids if len(ids) > 1)]
        return any(
            _entries(known, extent) in wrong
            for one in makers
            for extent, wrong in self._wrong[one].items()
            if all(name in known for name, _ in extent)
        )

    def add(self, one: Candidate, *, is_edit: bool) -> None:
        """Note what a mistake gave that was made alone, of arrays that may lack their last rows.

        Args:
            one: The mistake; of several together nothing is noted.
            is_edit: Whether it was made in the solution itself, and not within a convention.
        """
        known = self._known.get(one.numbers[0], {}) if len(one.ids) == 1 else {}
        if is_edit:
            self._note(one.ids[0], one.outputs, known)
        for piece in self._differing(one.outputs, known):
            self._wrong[one.ids][(piece,)].add(_entries(known, (piece,)))

    def _note(self, maker: str, outputs: Outputs, known: Outputs) -> None:
        """Note all arrays together."""
        extent = tuple((name, self._count(name, outputs[name])) for name in sorted(outputs.keys() & known))
        fractions = sum(_fractions(known[name][:count]) for name, count in extent)
        if fractions >= FEWEST and self._differing(outputs, known):
            self._wrong[maker][extent].add(_entries(known, extent))

    def _differing(self, outputs: Outputs, known: Outputs) -> list[tuple[str, int]]:
        """Return the arrays that the outputs do not have."""
        extent = [(name, self._count(name, outputs[name])) for name in outputs.keys() & known]
        return [(name, count) for name, count in extent if self._differs(name, outputs[name], known[name][:count])]

    def _count(self, name: str, rows: NDArray[Any]) -> int:
        """Return how many of the recorded places are in these rows."""
        assert self._recorded is not None
        share = rows.size / max(self._key.expected[name].size, 1)
        return int((self._recorded.places[name] < share * self._recorded.expected[name].size).sum())

    def _differs(self, name: str, rows: NDArray[Any], entries: NDArray[Any]) -> bool:
        """Say whether the outputs do not have these rows, of which the recorded entries are no whole numbers."""
        got = beginning(self._got.get(name), rows)
        return (
            got is not None and _fractions(entries) > 0 and bool(close(got, rows, self._key, name).mean() < MOST_ALIKE)
        )


def _entries(known: Outputs, extent: Extent) -> bytes:
    return b"".join(known[name][:count].tobytes() for name, count in extent)


def _fractions(entries: NDArray[Any]) -> int:
    """Return how many entries are no whole numbers."""
    return int((np.isfinite(entries) & (entries != np.round(entries))).sum())


def _by_number(known: Iterable[Candidate]) -> dict[int, Outputs]:
    return {number: one.outputs for one in known for number in one.numbers}
