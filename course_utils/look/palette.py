"""Colours, dashes and markers of the course, as plain data: one look per method, the same in figures and demos.

Lines are told apart by dash and marker as well as by colour. All colours have a contrast of at least 2 to 1 both to
white and to the dark background of JupyterLab.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

__all__ = ["COLOURS", "DASHES", "INK", "MARKERS", "METHODS", "Dash", "Look", "look_of"]

Dash = str | tuple[float, tuple[float, ...]]

# Letters and axes: a grey that can be read on white (4.6 to 1) and on JupyterLab's dark background (4.1 to 1).
INK = "#757575"
# Okabe and Ito (2008): distinguishable with the common forms of colour blindness. Their black is a grey here.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F")
DASHES: tuple[Dash, ...] = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")


class Look(NamedTuple):
    """The look of a line.

    Args:
        colour: "#rrggbb".
        dash: As matplotlib takes it: a name, or an offset and lengths of lines and gaps in line widths.
        marker: Letter of matplotlib's marker.
    """

    colour: str
    dash: Dash
    marker: str


_SERIES = tuple(Look(*parts) for parts in zip(COLOURS, DASHES, MARKERS, strict=True))
_BLUE, _VERMILLION, _GREEN, _PINK, _ORANGE, _SKY, _GREY = _SERIES

# By the names in legends, in small letters. Of the three colours that are not Okabe and Ito's, teal, olive and purple
# are from Tol (2021).
METHODS: Mapping[str, Look] = MappingProxyType(
    {
        "gradient descent": _BLUE,
        "sgd": _BLUE,
        "momentum": _VERMILLION,
        "heavy ball": _VERMILLION,
        "ema momentum": Look("#44AA99", (0, (1, 1)), "P"),
        "nesterov": _PINK,
        "rmsprop": _GREEN,
        "adam": _ORANGE,
        "adamw": _SKY,
        "adagrad": _GREY,
        "lion": Look("#999933", (0, (3, 1)), "p"),
        "muon": Look("#AA4499", (0, (7, 2)), "X"),
        "newton": Look("#AA4499", (0, (7, 2)), "X"),
        "plain": _BLUE,
        "batch norm": _VERMILLION,
        "layer norm": _GREEN,
        "residual": _ORANGE,
        "residual + layer norm": _PINK,
        "batch norm, then noise": _GREEN,
    }
)


def look_of(label: str | None, index: int = 0) -> Look:
    """Return the look of a line: that of the method in its label, or the one with this number.

    "Adam" and "AdamOptimizer" look alike everywhere. "Adam, lr 0.01", a run of a method with a setting, has the
    colour of Adam and the dash and marker of its number.

    Args:
        label: What the legend calls the line.
        index: Number of the line in its figure; after seven they repeat.
    """
    series = _SERIES[index % len(_SERIES)]
    name = re.sub(r"optimizer\b", "", (label or "").lower()).strip()
    if name in METHODS:
        return METHODS[name]
    method = METHODS.get(name.partition(",")[0].strip())
    return series if method is None else series._replace(colour=method.colour)
