"""Curves of runs that differ in their seed only: the mean as a line, the range as a band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from course_utils.look import COLOURS, look_of
from course_utils.training import History

__all__ = ["COLOURS", "plot_band", "plot_histories"]

MARKS = 8  # markers along a line
METRICS = {
    "train_loss": "training loss (nats)",
    "valid_loss": "test loss (nats)",
    "valid_accuracy": "test accuracy (%)",
}


def plot_band(
    x: Sequence[float],
    runs: Sequence[Sequence[float]],
    *,
    index: int = 0,
    label: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Plot the mean of several runs as a line, and the range from the lowest to the highest as a band.

    Args:
        x: Positions, shape (n,).
        runs: One row per run, shape (runs, n).
        index: Number of the line in its figure: colour, dash and markers, unless the label names a method.
        label: Name in the legend; a method has its look everywhere (`course_utils.look`).
        ax: Where to plot; new axes by default.
    """
    ax = ax or plt.subplots(figsize=(6, 4))[1]
    values = np.asarray(runs, dtype=float)
    colour, dash, marker = look_of(label, index)
    every = max(1, len(x) // MARKS)
    marks: dict[str, Any] = {"marker": marker, "markersize": 4.5, "markevery": (index % every, every)}
    ax.plot(x, values.mean(axis=0), color=colour, linestyle=dash, label=label, **marks)
    ax.fill_between(x, values.min(axis=0), values.max(axis=0), color=colour, alpha=0.2, linewidth=0)
    return ax


def plot_histories(
    groups: dict[str, Sequence[History]] | Sequence[History], metric: str = "valid_accuracy", ax: Axes | None = None
) -> Axes:
    """Plot a metric by epoch, one band per group of runs that differ in their seed only.

    Args:
        groups: Runs by name; a plain sequence is grouped by the label of its runs.
        metric: "train_loss", "valid_loss" or "valid_accuracy".
        ax: Where to plot; new axes by default.

    Raises:
        ValueError: There is no such metric, or nothing to plot.
    """
    if metric not in METRICS:
        raise ValueError(f"metric must be one of {', '.join(METRICS)}; found {metric!r}")
    if not groups:
        raise ValueError("there are no runs to plot")
    ax = ax or plt.subplots(figsize=(6, 4))[1]
    named = groups if isinstance(groups, dict) else _by_label(groups)
    scale = 100 if metric == "valid_accuracy" else 1
    for index, (name, runs) in enumerate(named.items()):
        shortest = min(len(run) for run in runs)
        values = [[scale * v for v in getattr(run, metric)[:shortest]] for run in runs]
        plot_band(range(1, shortest + 1), values, index=index, label=name, ax=ax)
    seeds = max(len(runs) for runs in named.values())
    ax.set(xlabel="epoch", ylabel=METRICS[metric], title=f"mean and range of {seeds} seed{'s' * (seeds != 1)}")
    ax.legend()
    return ax


def _by_label(runs: Sequence[History]) -> dict[str, list[History]]:
    named: dict[str, list[History]] = {}
    for run in runs:
        named.setdefault(run.label, []).append(run)
    return named
