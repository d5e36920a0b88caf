"""Diagrams of boxes and arrows, for computations and layers, and of circles and lines, for networks."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from course_utils.look import COLOURS, INK

__all__ = ["Arrow", "draw_diagram", "draw_network"]

# A pale yellow and white, with black letters on them: both can be read on light and on dark pages.
ROUNDED, SQUARE = "#FFE9B8", "#FFFFFF"


class Arrow(NamedTuple):
    """An arrow of a diagram.

    Args:
        start: Name of the box where it begins.
        end: Name of the box where it ends.
        bend: Height of its bow over its length; 0 is straight, and positive bends to the right of its way.
        colour: Number of the colour in `COLOURS`.
    """

    start: str
    end: str
    bend: float = 0.0
    colour: int = 0


def draw_diagram(
    boxes: Mapping[str, tuple[float, float]],
    arrows: Sequence[Arrow],
    *,
    rounded: Collection[str] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw named boxes and the arrows between them; the axes fit around the boxes and are not shown.

    Args:
        boxes: The place of the middle of each box, by the text in it.
        arrows: Where the arrows lead.
        rounded: Names of boxes that are rounded and filled.
        ax: Where to draw; new axes by default.
    """
    ax = ax or plt.subplots(figsize=(9, 3))[1]
    drawn = {}
    for name, (x, y) in boxes.items():
        shape = {"boxstyle": "round" if name in rounded else "square", "edgecolor": INK}
        shape["facecolor"] = ROUNDED if name in rounded else SQUARE
        drawn[name] = ax.text(x, y, name, ha="center", va="center", fontsize=13, color="black", bbox=shape)
    for arrow in arrows:
        style: dict[str, Any] = {"arrowstyle": "->", "color": COLOURS[arrow.colour], "linewidth": 1.6}
        style |= {"connectionstyle": f"arc3,rad={arrow.bend}"}
        style |= {"patchA": drawn[arrow.start].get_bbox_patch(), "patchB": drawn[arrow.end].get_bbox_patch()}
        ax.annotate("", boxes[arrow.end], boxes[arrow.start], arrowprops=style)
    across, up = zip(*boxes.values(), strict=True)
    ax.set(xlim=(min(across) - 0.6, max(across) + 0.6), ylim=(min(up) - 0.6, max(up) + 0.6))
    ax.set_axis_off()
    return ax


def draw_network(sizes: Sequence[int], *, labels: Sequence[str] = (), ax: Axes | None = None) -> Axes:
    """Draw a network: a column of circles per layer, and a line for each weight.

    Args:
        sizes: Units of each layer, the inputs first.
        labels: What is written below each column.
        ax: Where to draw; new axes by default.
    """
    ax = ax or plt.subplots(figsize=(6, 3))[1]
    columns = [[(2.0 * k, (size - 1) / 2 - i) for i in range(size)] for k, size in enumerate(sizes)]
    for left, right in itertools.pairwise(columns):
        for start, end in itertools.product(left, right):
            ax.plot(*zip(start, end, strict=True), "-", color=INK, linewidth=0.8, zorder=1)
    for k, column in enumerate(columns):
        for place in column:
            face = ROUNDED if k else SQUARE
            ax.add_patch(Circle(place, 0.27, facecolor=face, edgecolor=INK, zorder=2))
    bottom = -(max(sizes) - 1) / 2 - 0.75
    for k, label in enumerate(labels):
        ax.text(2.0 * k, bottom, label, ha="center", va="top")
    ax.set(xlim=(-0.9, 2 * len(sizes) - 1.1), ylim=(bottom - 0.7, -bottom), aspect="equal")
    ax.set_axis_off()
    return ax
