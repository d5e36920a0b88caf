"""Colours, line styles and markers of the demos: the Okabe-Ito palette, never colour alone."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

__all__ = ["LETTERS", "LINES", "PATH", "line", "quiet"]

# Okabe and Ito (2008): distinguishable with the common forms of colour blindness.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), "-")
_MARKERS = ("o", "s", "^", "D", "v", "P", "x")

LINES: tuple[dict[str, Any], ...] = tuple(
    {"color": colour, "linestyle": dash, "marker": marker}
    for colour, dash, marker in zip(_COLOURS, _DASHES, _MARKERS, strict=True)
)
# Large enough for the last row: 12 points or more wherever there is text.
LETTERS: Any = {
    "font.size": 12,
    "axes.titlesize": 13,
    "legend.fontsize": 12,
    "xtick.labelsize": 12,
    "ytick.labelsize": 12,
    "legend.framealpha": 0.85,
    "legend.handlelength": 2.6,
}
PATH: dict[str, Any] = {"color": _COLOURS[1], "marker": "o", "markersize": 3.5, "linewidth": 1.4}


def line(index: int) -> dict[str, Any]:
    """Return the look of the line with this number; after seven they repeat."""
    return LINES[index % len(LINES)]


def quiet(axes: Axes) -> Axes:
    """Take away what says nothing: the upper and right frame."""
    axes.spines[["top", "right"]].set_visible(False)
    return axes
