"""Which picture says more than the number beside it, from the label and the shape of an array."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from course_utils.checks.pictures.curve import curve, words_of_times
from course_utils.checks.pictures.difference import Difference
from course_utils.checks.pictures.dots import dots, words_of_entries
from course_utils.checks.pictures.grid import grid, words_of_cells
from course_utils.checks.pictures.path import path, words_of_path

__all__ = ["Picture", "drawn", "has_picture", "said"]

Draw = Callable[[Difference, str], str]
Say = Callable[[Difference], str]
FEWEST, MOST_DOTS, MOST_CELLS, MOST_AXES = 3, 64, 200, 4


@dataclass(frozen=True)
class Picture:
    """A picture and what it shows.

    Args:
        svg: The picture as an SVG element.
        words: A sentence.
    """

    svg: str
    words: str


def drawn(differences: Sequence[Difference]) -> Picture | None:
    """Return a picture of the first of some arrays that one can be drawn of; None if there is none."""
    difference = next(filter(has_picture, differences), None)
    if difference is None:
        return None
    words = said(difference)
    return Picture(_kind(difference)[0](difference, f"{words} A picture of yours and of what is expected."), words)


def said(difference: Difference) -> str:
    """Return what the picture of an array shows, as a sentence; the array has one."""
    return f"{difference.label.what}: {_kind(difference)[1](difference)}"


def has_picture(difference: Difference) -> bool:
    """Say whether a picture of this array is of use."""
    shape, axes = difference.got.shape, difference.got.ndim
    if not axes or difference.label.zero or not np.isfinite(difference.got).any():
        return False
    if difference.across is not None or _is_long(difference):
        return True
    return (
        FEWEST <= shape[0] <= MOST_DOTS
        if axes == 1
        else axes <= MOST_AXES and FEWEST < difference.got.size <= MOST_CELLS
    )


def _kind(difference: Difference) -> tuple[Draw, Say]:
    if difference.across is not None:
        return path, words_of_path
    if _is_long(difference):
        return curve, words_of_times
    return (dots, words_of_entries) if difference.got.ndim == 1 else (grid, words_of_cells)


def _is_long(difference: Difference) -> bool:
    """Say whether there are enough times for a curve."""
    return bool(difference.over_time) and len(difference.got) + (difference.start is not None) >= FEWEST
