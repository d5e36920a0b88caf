"""Where an array is too high, too low or right, without a number: what feedback may show of hidden inputs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from autograder.grade.types import Pattern
from course_utils.checks.pictures.choose import has_picture, said
from course_utils.checks.pictures.difference import Difference
from course_utils.checks.pictures.grid import names_of_axes

__all__ = ["pattern"]

RIGHT, HIGH, LOW, NONE = "=", "+", "-", "?"


def pattern(differences: Sequence[Difference]) -> Pattern | None:
    """Return the pattern of the first of some arrays that a picture can be drawn of; None if there is none."""
    difference = next(filter(has_picture, differences), None)
    if difference is None:
        return None
    signs, axes = _arranged(_signs(difference), difference)
    return Pattern(difference.label.what, axes, signs.shape, "".join(signs.ravel()), said(difference))


def _signs(difference: Difference) -> NDArray[np.str_]:
    with np.errstate(invalid="ignore"):
        gap = difference.got - difference.expected
    signs = np.select([difference.right, gap > 0, gap < 0], [RIGHT, HIGH, LOW], NONE)
    if difference.across is None:
        return signs
    return np.stack([signs, _signs(difference.across)])


def _arranged(signs: NDArray[np.str_], difference: Difference) -> tuple[NDArray[np.str_], tuple[str, ...]]:
    """Return the signs with two to four axes, time from left to right, and what the axes count."""
    if difference.across is not None:
        return signs, ("coordinate", difference.over_time)
    if difference.over_time:
        rows = signs.reshape(len(signs), -1).T
        return rows, ("entry" if len(rows) > 1 else "", difference.over_time)
    if signs.ndim == 1:
        return signs[None], ("", names_of_axes(difference)[0])
    return signs, names_of_axes(difference)
