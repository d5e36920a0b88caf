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

__all__ = ["Picture", "drawn", "has_picture"]

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
    for difference in differences:
        if (kind := _kind(difference)) is not None:
            draw, say = kind
            words = f"{difference.label.what}: {say(difference)}"
            return Picture(draw(difference, f"{words} A picture of yours and of what is expected."), words)
    return None


def has_picture(difference: Difference) -> bool:
    """Say whether a picture of this array is of use."""
    return _kind(difference) is not None


def _kind(difference: Difference) -> tuple[Draw, Say] | None:
    shape, axes = difference.got.shape, difference.got.ndim
    if not axes or difference.label.zero or not np.isfinite(difference.got).any():
        return None
    if difference.across is not None:
        return path, words_of_path
    if difference.over_time and shape[0] + (difference.start is not None) >= FEWEST:
        return curve, words_of_times
    if axes == 1:
        return (dots, words_of_entries) if FEWEST <= shape[0] <= MOST_DOTS else None
    return (grid, words_of_cells) if axes <= MOST_AXES and FEWEST < difference.got.size <= MOST_CELLS else None
