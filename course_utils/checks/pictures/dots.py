"""A few numbers side by side, yours and expected: one for each layer, walk or entry."""

from __future__ import annotations

import math

import numpy as np

from course_utils.checks.labels import plural
from course_utils.checks.pictures.difference import Difference
from course_utils.checks.pictures.frame import LEFT, LEGEND_Y, RIGHT, drawn_in_frame, vertical
from course_utils.checks.pictures.svg import YOURS, dot, element, line

__all__ = ["dots", "words_of_entries"]

MOST_NAMED = 4
MOST_TICKS = 12


def dots(difference: Difference, words: str) -> str:
    """Return the picture; where the numbers differ, a line joins yours and expected."""
    got, expected = difference.got, difference.expected
    y = vertical(expected, got)
    step = (RIGHT - LEFT) / len(got)
    places = [LEFT + step * (index + 0.5) for index in range(len(got))]
    parts = []
    for at, ours, wanted in zip(places, got, expected, strict=True):
        parts += [_circle(at, y.at(wanted))] if np.isfinite(wanted) else []
        if not math.isnan(ours):
            joined = np.isfinite(wanted) and abs(y.at(ours) - y.at(wanted)) > 1
            parts += [line((at, y.at(wanted)), (at, y.at(ours)), opacity=0.6)] if joined else []
            parts += [dot((at, y.at(ours)), YOURS, square=True)]
    begin, axis = _counted(difference)
    stride = max(1, math.ceil(len(got) / MOST_TICKS))
    ticks = [(at, str(begin + index)) for index, at in enumerate(places) if index % stride == 0]
    return drawn_in_frame(parts, ticks, y, axis, difference.label.what, words, LEGEND)


def words_of_entries(difference: Difference) -> str:
    """Say which of the numbers differ."""
    wrong = np.flatnonzero(~difference.right)
    begin = _counted(difference)[0]
    many = plural(difference.label.rows) or "entries"
    if len(wrong) == len(difference.right):
        return f"all {len(wrong)} {many} differ."
    if len(wrong) > MOST_NAMED:
        return f"{len(wrong)} of {len(difference.right)} {many} differ."
    numbers = " and ".join(str(begin + index) for index in wrong)
    return f"of {len(difference.right)} {many}, {'this one differs' if len(wrong) == 1 else 'these differ'}: {numbers}."


def _counted(difference: Difference) -> tuple[int, str]:
    """Return from which number on the entries are counted, and what they are: rows from 1, entries as Python does."""
    if difference.label.rows:
        return 1, difference.label.rows
    return 0, next(iter(difference.label.axes), "entry")


def _circle(x: float, y: float) -> str:
    """Return the mark of an expected number: what is right lies in its middle."""
    return element("circle", cx=x, cy=y, r=5, fill="none", stroke="currentColor", stroke_width=1.6)


LEGEND = ([_circle(LEFT + 20, LEGEND_Y)], [dot((LEFT + 130, LEGEND_Y), YOURS, square=True)])
