"""Pictures of functions of two variables: contours, paths, learning curves, basins. Each takes `ax`, returns axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap, PowerNorm
from matplotlib.patches import Patch
from numpy.typing import ArrayLike, NDArray

from course_utils.look import COLOURS, look_of

__all__ = ["plot_basins", "plot_contours", "plot_learning_curve", "plot_path", "plot_relief"]

# Okabe and Ito (2008), pale: minima in colour, saddles in greys.
BASINS = ("#8fc1e0", "#f2b28c", "#8fd0bd", "#dcb5cb", "#f0d59a", "#bfe0f5")
GREYS = ("#4d4d4d", "#808080", "#a6a6a6")
# A ground on which lines of all colours can be seen: from nearly white, low, to a pale blue grey, high.
GROUND = LinearSegmentedColormap.from_list("ground", ["#fbfdfe", "#d5e2ea", "#8fa9b8"])


def plot_contours(
    f: Callable[..., Any],
    x_range: tuple[float, float] = (-5.0, 5.0),
    y_range: tuple[float, float] = (-5.0, 5.0),
    *,
    levels: int = 31,
    ax: Axes | None = None,
) -> Axes:
    """Fill bands of equal height of a function, finer where it is low, so that small valleys show; white is low.

    Args:
        f: Height at x, y; takes arrays.
        x_range: Lowest and highest x.
        y_range: Lowest and highest y.
        levels: Number of bands and one.
        ax: Where to draw; new axes by default.
    """
    ax = ax or plt.subplots(figsize=(6, 5))[1]
    x, y = np.meshgrid(np.linspace(*x_range, 300), np.linspace(*y_range, 300))
    height = np.asarray(f(x, y))
    heights = height.min() + np.ptp(height) * np.linspace(0, 1, levels) ** 2
    ax.contourf(x, y, height, levels=heights, cmap=GROUND, norm=PowerNorm(0.5))
    ax.contour(x, y, height, levels=heights[::3], colors="white", linewidths=0.7)
    return ax


def plot_path(x_hist: ArrayLike, y_hist: ArrayLike, *, label: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw a walk: a circle where it starts, a point after each step, a square where it ends.

    Args:
        x_hist: First coordinates, shape (steps + 1,).
        y_hist: Second coordinates, shape (steps + 1,).
        label: Name in the legend.
        ax: Where to draw; new axes by default.
    """
    ax = ax or plt.subplots(figsize=(6, 5))[1]
    x, y = np.asarray(x_hist, dtype=float), np.asarray(y_hist, dtype=float)
    (line,) = ax.plot(x, y, marker=".", color=COLOURS[1], markersize=5, linewidth=1.3, linestyle="-", label=label)
    ax.plot(x[0], y[0], "o", color=line.get_color(), markerfacecolor="white", markersize=7)
    ax.plot(x[-1], y[-1], "s", color=line.get_color(), markersize=6)
    return ax


def plot_relief(
    f: Callable[..., Any],
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    paths: Mapping[str, NDArray[np.float64]],
    *,
    ax: Any = None,
) -> Any:
    """Draw a function as a surface in three dimensions, with walks on it.

    Args:
        f: Height at x, y; takes arrays.
        x_range: Lowest and highest x.
        y_range: Lowest and highest y.
        paths: Points of each walk, shape (steps + 1, 2), by its name in the legend.
        ax: Axes with `projection="3d"`; new ones by default.
    """
    ax = ax or plt.subplots(figsize=(6, 5), subplot_kw={"projection": "3d"})[1]
    x, y = np.meshgrid(np.linspace(*x_range, 30), np.linspace(*y_range, 30))
    height = np.asarray(f(x, y))
    ax.plot_surface(x, y, height, cmap=GROUND, alpha=0.6, linewidth=0)
    lift = 0.02 * np.ptp(height)  # above the surface, which would hide the lines
    for name, path in paths.items():
        colour, dash, _ = look_of(name)
        ax.plot(*path.T, f(*path.T) + lift, linestyle=dash, color=colour, linewidth=2, label=name, zorder=5)
    for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
        axis.set_pane_color((0, 0, 0, 0))
    ax.view_init(elev=35, azim=-130)
    return ax


def plot_learning_curve(values: ArrayLike, *, label: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw the value of the objective by step, the start at step 0.

    Args:
        values: Values, shape (steps + 1,).
        label: Name in the legend.
        ax: Where to draw; new axes by default.
    """
    ax = ax or plt.subplots(figsize=(6, 4))[1]
    ax.plot(np.asarray(values, dtype=float), marker=".", linestyle="-", color=COLOURS[0], markersize=5, label=label)
    ax.set(xlabel="step", ylabel="$f$")
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_basins(
    x: NDArray[Any], y: NDArray[Any], ends: NDArray[Any], names: Sequence[str], *, ax: Axes | None = None
) -> Axes:
    """Colour every start by where its walk ended; ends called "saddle" are grey.

    Args:
        x: First coordinates of the starts, shape (rows, columns).
        y: Second coordinates, same shape.
        ends: Number of the end, from 0, same shape.
        names: Names of the ends; equal names have one entry in the legend.
        ax: Where to draw; new axes by default.
    """
    ax = ax or plt.subplots(figsize=(6, 5))[1]
    colour = {name: BASINS[i % len(BASINS)] for i, name in enumerate(dict.fromkeys(names))}
    colour["saddle"] = GREYS[0]
    ax.pcolormesh(
        x,
        y,
        ends,
        cmap=ListedColormap([colour[name] for name in names]),
        vmin=-0.5,
        vmax=len(names) - 0.5,
        rasterized=True,
    )
    handles = [Patch(facecolor=colour[name], label=name) for name in dict.fromkeys(names)]
    on_white = {"facecolor": "white", "labelcolor": "black", "framealpha": 0.9}  # readable on all colours of the map
    ax.legend(handles=handles, fontsize="small", loc="lower left", **on_white)
    return ax
