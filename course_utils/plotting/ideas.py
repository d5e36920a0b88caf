"""Pictures of single ideas: secants, a Newton step, arrows of steps, who is in which batch, a matrix as a map."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from course_utils.look import COLOURS, INK

__all__ = ["plot_arrows", "plot_batches", "plot_map_of_circle", "plot_newton_step", "plot_secants", "plot_slopes"]

Point = tuple[float, float]


def plot_secants(curve: np.poly1d, x: float, h: float, *, ax: Axes | None = None) -> Axes:
    """Draw a curve with its tangent, and the secants whose slopes are the forward and the central difference.

    Args:
        curve: The function, a polynomial.
        x: Where the slope is wanted.
        h: How far the secants reach.
        ax: Where to draw; new axes by default.
    """
    ax = ax or plt.subplots(figsize=(6, 4))[1]
    places = np.linspace(x - 2 * h, x + 2 * h, 200)
    ax.plot(places, curve(places), "-", color=COLOURS[6], label="function")
    slopes = {"tangent": curve.deriv()(x), "forward": (curve(x + h) - curve(x)) / h}
    slopes["central"] = (curve(x + h) - curve(x - h)) / (2 * h)
    points = {"tangent": x, "forward": x + h, "central": x + h}
    for index, (name, slope) in enumerate(slopes.items()):
        line = curve(points[name]) + slope * (places - points[name])
        ax.plot(places, line, ("-", "--", "-.")[index], color=COLOURS[index], label=f"{name}: slope {slope:.3g}")
    touched = np.array([x - h, x, x + h])
    ax.plot(touched, curve(touched), "o", color=INK, markersize=6)
    ax.set(xlabel="$x$", xticks=touched, xticklabels=["$x - h$", "$x$", "$x + h$"])
    ax.legend(fontsize="small")
    return ax


def plot_newton_step(
    curve: np.poly1d, x: float, x_range: Point, *, y_range: Point | None = None, ax: Axes | None = None
) -> Axes:
    """Draw a curve, the parabola that has its slope and curvature at a point, and the step to where that is level.

    Args:
        curve: The function, a polynomial whose second derivative is not 0 at `x`.
        x: Where the step begins.
        x_range: Lowest and highest x.
        y_range: Lowest and highest value shown.
        ax: Where to draw; new axes by default.
    """
    ax = ax or plt.subplots(figsize=(6, 4))[1]
    places = np.linspace(*x_range, 300)
    slope, curvature = curve.deriv()(x), curve.deriv(2)(x)
    step = -slope / curvature

    def parabola(at: Any) -> Any:
        return curve(x) + slope * (at - x) + curvature / 2 * (at - x) ** 2

    ax.plot(places, curve(places), "-", color=COLOURS[6], label="function")
    ax.plot(places, parabola(places), "--", color=COLOURS[0], label="parabola")
    ax.plot(x, curve(x), "o", color=COLOURS[1], markersize=9, label="start")
    ax.plot(x + step, parabola(x + step), "s", color=COLOURS[0], markersize=7, label="where the parabola is level")
    ax.plot([x + step] * 2, [parabola(x + step), curve(x + step)], ":", color=INK)
    ax.plot(x + step, curve(x + step), "D", color=COLOURS[2], markersize=8, label="after the step")
    ax.set(xlabel="$x$", xlim=x_range, ylim=y_range)
    return ax


def plot_arrows(arrows: Mapping[str, tuple[Point, Point]], *, ax: Axes | None = None) -> Axes:
    """Draw named arrows of equal scale in both directions.

    Args:
        arrows: Start and end of each arrow, by its name in the legend; a name after "_" is not in the legend.
        ax: Where to draw; new axes by default.
    """
    ax = ax or plt.subplots(figsize=(5, 4))[1]
    for index, (name, (start, end)) in enumerate(arrows.items()):
        colour, dash = COLOURS[index % len(COLOURS)], ("-", "--", "-.", ":")[index % 4]
        ax.annotate(
            "", end, start, arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 2, "linestyle": dash}
        )
        ax.plot([], [], dash, color=colour, linewidth=2, label=name)
        ax.update_datalim([start, end])
    ax.autoscale_view()
    ax.set_aspect("equal", adjustable="datalim")
    ax.legend(fontsize="small")
    return ax


def plot_batches(batches: Sequence[ArrayLike], count: int, *, ax: Axes | None = None) -> Axes:
    """Show who is in which batch: a row per batch, a column per example, and how often the batch holds it.

    Args:
        batches: Numbers of the examples in each batch, from 0.
        count: Number of examples that there are.
        ax: Where to draw; new axes by default.
    """
    ax = ax or plt.subplots(figsize=(6, 2.4))[1]
    table = np.array([np.bincount(np.asarray(batch), minlength=count) for batch in batches])
    ax.imshow(np.where(table > 0, 0.35 + 0.3 * table, 0.0), cmap="Blues", vmin=0, vmax=2, aspect="equal")
    for (row, column), times in np.ndenumerate(table):
        if times:
            ax.text(column, row, str(times), ha="center", va="center", color="black", fontsize=10)
    ax.set(xticks=range(count), xticklabels=range(1, count + 1), yticks=range(len(batches)), xlabel="example")
    ax.set_yticklabels([f"batch of {len(np.asarray(batch))}" for batch in batches])
    ax.tick_params(length=0)
    return ax


def plot_slopes(
    f: Callable[[Any], Any], slope: Callable[[Any], Any], w: float, u: float, *, ax: Axes | None = None
) -> Axes:
    """Draw a curve with its tangents at both ends of a step, and the change of the slope over the step's length.

    Args:
        f: The function.
        slope: Its derivative.
        w: Where the step begins.
        u: The step.
        ax: Where to draw; new axes by default.
    """
    ax = ax or plt.subplots(figsize=(5, 3.4))[1]
    places = np.linspace(w - 1.6 * abs(u), w + 2.6 * abs(u), 400)
    ax.plot(places, f(places), "-", color=COLOURS[6], label="loss")
    for index, (name, at) in enumerate((("at $w$", w), ("at $w + u$", w + u))):
        near = at + 0.7 * abs(u) * np.linspace(-1, 1, 2)
        ax.plot(near, f(at) + slope(at) * (near - at), ("--", "-.")[index], color=COLOURS[index], label=f"slope {name}")
        ax.plot(at, f(at), "os"[index], color=COLOURS[index], markersize=7)
    smoothness = abs(slope(w + u) - slope(w)) / abs(u)
    ax.set(title=rf"$\hat L$ = {smoothness:.2g}", xlabel="$w$", xticks=[w, w + u], xticklabels=["$w$", "$w + u$"])
    return ax


def plot_map_of_circle(matrix: NDArray[np.float64], *, ax: Axes | None = None) -> Axes:
    """Draw what a matrix makes of the circle of all inputs of length 1: an ellipse with the singular values as axes.

    Args:
        matrix: Numbers, shape (2, 2).
        ax: Where to draw; new axes by default.
    """
    ax = ax or plt.subplots(figsize=(4, 4))[1]
    angles = np.linspace(0, 2 * np.pi, 200)
    circle = np.array([np.cos(angles), np.sin(angles)])
    ax.plot(*circle, ":", color=INK, label="inputs of length 1")
    ax.plot(*(matrix @ circle), "-", color=COLOURS[0], label="outputs")
    left, values, _ = np.linalg.svd(matrix)
    for index, (direction, value) in enumerate(zip(left.T, values, strict=True), start=1):
        name = rf"$s_{index}$ = {value:.2f}"
        ax.plot([0, value * direction[0]], [0, value * direction[1]], "--", color=COLOURS[index], label=name)
    ax.set_aspect("equal")
    ax.legend(fontsize="small", loc="upper left")
    return ax
