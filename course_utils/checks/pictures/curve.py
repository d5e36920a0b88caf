"""One number over steps or epochs, yours and expected, with the first one that differs marked."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from course_utils.checks.pictures.difference import Difference
from course_utils.checks.pictures.frame import TOP, drawn_in_frame, expected_line, horizontal, vertical, your_line
from course_utils.checks.pictures.scale import Scale
from course_utils.checks.pictures.svg import YOURS, letters, line, ring

__all__ = ["curve", "first_wrong", "words_of_times"]

Point = tuple[float, float]
MOST_DOTS = 12


def curve(difference: Difference, words: str) -> str:
    """Return the picture: of the entry that is farthest off where the array first differs."""
    first, entry = first_wrong(difference), _farthest_entry(difference)
    got, expected = ([float(row[entry]) for row in values] for values in (difference.got, difference.expected))
    times = [float(_counted_from(difference) + place) for place in range(len(got))]
    if difference.start is not None and difference.label.rows:
        begun = float(difference.start[entry])
        times, got, expected = [0.0, *times], [begun, *got], [begun, *expected]
    x, y = horizontal(times, ()), vertical(expected, got)
    ours, wanted = (_places(times, values, x, y) for values in (got, expected))
    parts = [*expected_line(wanted), *your_line(ours)]
    at = x.at(float(_counted_from(difference) + first))
    parts += [line((at, TOP), (at, y.start), opacity=0.5, dash="2 3")]
    rings = [ring(point) for point in ours if math.isclose(point[0], at)]
    parts += rings or [letters("NaN from here", (at + 5, TOP + 12), anchor="start", fill=YOURS)]
    index = f", entry {list(entry)}" if entry else ""
    ticks = [(x.at(time), f"{time:g}") for time in times if time % _stride(len(times)) == 0]
    return drawn_in_frame(parts, ticks, y, difference.over_time, difference.label.what + index, words)


def words_of_times(difference: Difference) -> str:
    """Say where the array first differs."""
    first, count, time = first_wrong(difference), len(difference.got), difference.over_time
    if first == 0:
        return f"yours differs from the first {time} on."
    return f"yours first differs at {time} {_counted_from(difference) + first} of {count}."


def first_wrong(difference: Difference) -> int:
    """Return the place of the first row that is not right, in either coordinate of a path."""
    right = difference.right.reshape(len(difference.right), -1).all(axis=1)
    if difference.across is not None:
        right = right & difference.across.right
    return int(np.flatnonzero(~right)[0])


def _counted_from(difference: Difference) -> int:
    """Return the number of the first time: rows are spoken of from 1 on, entries as Python counts them."""
    return 1 if difference.label.rows else 0


def _farthest_entry(difference: Difference) -> tuple[int, ...]:
    """Return which entry of the first wrong row is farthest off; nothing for a row that is a number."""
    row = first_wrong(difference)
    with np.errstate(invalid="ignore"):
        gap = np.nan_to_num(np.abs(difference.got[row] - difference.expected[row]), nan=np.inf)
    gap = np.where(difference.right[row], -1.0, gap)
    return tuple(int(i) for i in np.unravel_index(np.argmax(gap), gap.shape))


def _places(times: Sequence[float], values: Sequence[float], x: Scale, y: Scale) -> list[Point]:
    """Return where the numbers lie; what is not a number lies nowhere."""
    return [(x.at(t), y.at(value)) for t, value in zip(times, values, strict=True) if not math.isnan(value)]


def _stride(count: int) -> int:
    return max(1, math.ceil(count / MOST_DOTS))
