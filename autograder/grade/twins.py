"""Mistakes that make two arrays the same, as one does that ignores an argument: not where the outputs have two."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.checks.types import PartKey
from course_utils.kits.probe import Outputs

__all__ = ["Twins"]

# Two arrays differ where half of their entries are farther apart than this share of the largest: no rounding, and no
# two ways to the same limit of which one is a few steps behind.
APART = 0.05


class Twins:
    """Pairs of arrays that differ in some outputs, and what is recorded of them.

    Whole numbers are the same by accident; they count for nothing.

    Args:
        recorded: The recorded part, whose inputs are others; None if there is none, and then nothing is refuted.
        got: The outputs that are judged.
    """

    def __init__(self, recorded: PartKey | None, got: Outputs) -> None:
        self._known = {n: one.outputs for one in recorded.misconceptions for n in one.numbers} if recorded else {}
        self._apart = [*_pairs(recorded, got)] if recorded else []

    def differ(self, number: int) -> bool:
        """Say whether the outputs have two arrays where a mistake is recorded to make them the same."""
        known = self._known.get(number, {})
        return any(
            one in known and other in known and _same(known[one][first], known[other][second])
            for one, first, other, second in self._apart
        )


def _pairs(recorded: PartKey, got: Outputs) -> Iterator[tuple[str, NDArray[Any], str, NDArray[Any]]]:
    """Yield pairs of arrays that differ, and where in the entries of each the places stand that both record."""
    for one, other in combinations(recorded.places, 2):
        _, first, second = np.intersect1d(recorded.places[one], recorded.places[other], return_indices=True)
        alike = recorded.expected[one].shape == recorded.expected[other].shape
        if alike and first.size and one in got and other in got and _differ(got[one], got[other]):
            yield one, first, other, second


def _differ(one: NDArray[Any], other: NDArray[Any]) -> bool:
    if one.shape != other.shape:
        return False
    with np.errstate(invalid="ignore"):
        far = np.abs(one - other) > APART * max(np.abs(one).max(initial=0.0), np.abs(other).max(initial=0.0))
    return bool(far.mean() > 0.5) if far.size else False


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    return one.tobytes() == other.tobytes() and bool((np.isfinite(one) & (one != np.round(one))).any())
