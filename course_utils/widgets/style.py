"""Colours, line styles and markers of the demos: those of `course_utils.look`, never colour alone."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from course_utils.look import COLOURS, INK, look_of
from course_utils.look.style import RC

__all__ = ["INK", "LETTERS", "PATH", "line", "quiet"]

# The style of all figures of the course, with letters for the last row: 12 points or more wherever there is text.
LETTERS: Any = {
    **RC,
    "font.size": 12,
    "axes.titlesize": 13,
    "axes.labelsize": 12,
    "legend.fontsize": 12,
    "xtick.labelsize": 12,
    "ytick.labelsize": 12,
    "legend.handlelength": 2.6,
}
PATH: dict[str, Any] = {"color": COLOURS[1], "marker": "o", "markersize": 3.5, "linewidth": 1.4}


def line(index: int, name: str | None = None) -> dict[str, Any]:
    """Return the look of a line: that of the method it is named after, or the one with this number of seven."""
    colour, dash, marker = look_of(name, index)
    return {"color": colour, "linestyle": dash, "marker": marker}


def quiet(axes: Axes) -> Axes:
    """Take away what says nothing: the upper and right frame."""
    axes.spines[["top", "right"]].set_visible(False)
    return axes
