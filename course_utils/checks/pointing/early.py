"""Stopping a run at its first wrong number: the arrays that a probe takes, compared as they come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.checks.closeness import close
from course_utils.checks.pointing.bounds import Stopped
from course_utils.checks.types import PartKey
from course_utils.kits.probe import Outputs

__all__ = ["Early", "Effect"]

# Where an array went: the name of an output, and which of its numbers these are.
Place = tuple[str, slice]


class Effect(Enum):
    """What a change does to what is right, and to the first wrong array.

    `NOTHING` is said of a run that ended before any array was wrong.
    """

    NOTHING, SPOILS, IDLE, OTHER = range(4)


class Early:
    """Knows, for each array that a probe takes, which output it becomes: learned from a run of the unchanged code.

    A run is stopped at its first wrong array. While it `scouts`, it goes on where the array was wrong before, up to the
    last one that was right: so it is seen whether a change spoils what comes later.

    Attributes:
        effect: What the last run showed of a change.
        can_scout: Whether something that was right comes after the first wrong array.
    """

    def __init__(self, key: PartKey, taken: Sequence[NDArray[Any]], outputs: Outputs | None) -> None:
        self._key, self._taken = key, taken
        self._places = [_place(array, outputs or {}) for array in taken]
        self._was_right = [self._is_right(array, place) for array, place in zip(taken, self._places, strict=True)]
        right = [number for number, is_right in enumerate(self.was_right()) if is_right]
        self._last_right = max(right, default=-1)
        self.can_scout = False in self._was_right and self._was_right.index(False) < self._last_right
        self._next, self._scouts = 0, False
        self.effect = Effect.NOTHING

    def was_right(self) -> list[bool | None]:
        """Say of each array whether it was right without a change; None where nobody knows what to expect."""
        known = zip(self._places, self._was_right, strict=True)
        return [was_right if self._is_known(place) else None for place, was_right in known]

    def start(self, *, scouts: bool = False) -> None:
        """Expect the first array.

        Args:
            scouts: Whether the run goes on after a wrong array that was wrong before.
        """
        self._next, self._scouts, self.effect = 0, scouts, Effect.NOTHING

    def look(self, array: NDArray[Any]) -> None:
        """Compare the next array.

        Raises:
            Stopped: It is not as expected.
        """
        number, self._next = self._next, self._next + 1
        if number >= len(self._places) or self._is_right(array, self._places[number]):
            return
        if self._was_right[number]:
            self.effect = Effect.SPOILS
            raise Stopped
        if self.effect == Effect.NOTHING:
            stays = np.array_equal(array, self._taken[number], equal_nan=True)
            self.effect = Effect.IDLE if stays else Effect.OTHER
        if not self._scouts or number >= self._last_right:
            raise Stopped

    def _is_known(self, place: Place | None) -> bool:
        return place is not None and place[0] not in self._key.agreement and place[0] in self._key.expected

    def _is_right(self, array: NDArray[Any], place: Place | None) -> bool:
        """Say whether an array is as expected in its place; where nobody knows what to expect, it is."""
        if place is None or not self._is_known(place):
            return True
        name, piece = place
        expected = self._key.expected[name].ravel()[piece]
        return array.size != expected.size or bool(close(array.ravel(), expected, self._key, name).all())


def _place(array: NDArray[Any], outputs: Outputs) -> Place | None:
    """Return where an array is found again among the outputs; None where it is in no place or in several."""
    flat = array.ravel()
    places = [(name, piece) for name, output in outputs.items() for piece in _pieces(flat, array.shape, output)]
    return places[0] if len(places) == 1 else None


def _pieces(flat: NDArray[Any], shape: tuple[int, ...], output: NDArray[Any]) -> Iterator[slice]:
    """Yield which numbers of an output, one after the other, are those of an array: of single ones, rows only."""
    whole = output.ravel()
    if not 0 < flat.size <= whole.size or (flat.size == 1 and output.shape[1:] != shape and whole.size > 1):
        return
    begins = np.flatnonzero((whole == flat[0]) | (np.isnan(whole) & np.isnan(flat[0])))
    for begin in begins.tolist():
        piece = slice(begin, begin + flat.size)
        if np.array_equal(whole[piece], flat, equal_nan=True):
            yield piece
