"""Stopping a run at its first wrong number: the arrays that a probe takes, compared as they come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.checks.closeness import close
from course_utils.checks.pointing.bounds import Stopped
from course_utils.checks.types import PartKey
from course_utils.kits.probe import Outputs

__all__ = ["Early"]

# Where an array went: the name of an output, and the row of it; None for all of it.
Place = tuple[str, int | None]


class Early:
    """Knows, for each array that a probe takes, which output it becomes: learned from a run of the unchanged code.

    `spoiled` says after a run whether it was stopped at an array that is right without the change.
    """

    def __init__(self, key: PartKey, taken: Sequence[NDArray[Any]], outputs: Outputs | None) -> None:
        self._key = key
        self._places = [_place(array, outputs or {}) for array in taken]
        self._was_right = [self._is_right(array, place) for array, place in zip(taken, self._places, strict=True)]
        self._next = 0
        self.spoiled = False

    def start(self) -> None:
        """Expect the first array."""
        self._next, self.spoiled = 0, False

    def look(self, array: NDArray[Any]) -> None:
        """Compare the next array.

        Raises:
            Stopped: It is not as expected.
        """
        number, self._next = self._next, self._next + 1
        if number < len(self._places) and not self._is_right(array, self._places[number]):
            self.spoiled = self._was_right[number]
            raise Stopped

    def _is_right(self, array: NDArray[Any], place: Place | None) -> bool:
        """Say whether an array is as expected in its place; where nobody knows what to expect, it is."""
        if place is None or place[0] in self._key.agreement or place[0] not in self._key.expected:
            return True
        name, row = place
        expected = self._key.expected[name] if row is None else self._key.expected[name][row]
        return array.size != expected.size or bool(close(array.ravel(), expected.ravel(), self._key, name).all())


def _place(array: NDArray[Any], outputs: Outputs) -> Place | None:
    """Return where an array is found again among the outputs; None where it is in no place or in several."""
    places: list[Place] = []
    for name, output in outputs.items():
        if output.size == array.size and np.array_equal(output.ravel(), array.ravel(), equal_nan=True):
            places.append((name, None))
        elif output.ndim and output.shape[1:] == array.shape:
            places += [(name, row) for row in range(len(output)) if np.array_equal(output[row], array, equal_nan=True)]
    return places[0] if len(places) == 1 else None
