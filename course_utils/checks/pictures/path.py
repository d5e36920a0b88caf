"""The path of a point in the plane, yours and expected, with the first step that differs marked."""

from __future__ import annotations

import numpy as np

from course_utils.checks.pictures.curve import first_wrong
from course_utils.checks.pictures.difference import Difference
from course_utils.checks.pictures.frame import drawn_in_frame, expected_line, horizontal, vertical, your_line
from course_utils.checks.pictures.svg import letters, ring

__all__ = ["path", "words_of_path"]


def path(difference: Difference, words: str) -> str:
    """Return the picture of an array and the one that it is drawn against."""
    other = difference.across
    assert other is not None
    x, y = horizontal(difference.expected, difference.got), vertical(other.expected, other.got)
    wanted = [(x.at(a), y.at(b)) for a, b in zip(difference.expected, other.expected, strict=True)]
    places = [(x.at(a), y.at(b)) for a, b in zip(difference.got, other.got, strict=True)]
    ours = [point for point in places if not np.isnan(point).any()]
    parts = [*expected_line(wanted), *your_line(ours)]
    parted = places[first_wrong(difference)]
    parts += [] if np.isnan(parted).any() else [ring(parted)]
    parts += [letters("start", (wanted[0][0], wanted[0][1] - 10))]
    ticks = [(x.at(value), text) for value, text in x.ticks(6)]
    return drawn_in_frame(parts, ticks, y, f"{difference.label.what} →", f"↑ {other.label.what}", words)


def words_of_path(difference: Difference) -> str:
    """Say at which step the paths part; the first entry is the start."""
    first = first_wrong(difference)
    return f"the paths part at step {first} of {len(difference.got) - 1}." if first else "the paths start apart."
