"""Curves of runs that differ in their seed only: the mean as a line, the range as a band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from course_utils.training import History

__all__ = ["COLOURS", "plot_band", "plot_histories"]

# Okabe and Ito (2008): distinguishable with the common forms of colour blindness; line styles say the same again.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))

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
        index: Which colour and line style.
        label: Name in the legend.
        ax: Where to plot; new axes by default.
    """
    ax = ax or plt.subplots(figsize=(6, 4))[1]
    values = np.asarray(runs, dtype=float)
    look: dict[str, Any] = {"color": COLOURS[index % len(COLOURS)], "linestyle": DASHES[index % len(DASHES)]}
    ax.plot(x, values.mean(axis=0), label=label, **look)
    ax.fill_between(x, values.min(axis=0), values.max(axis=0), color=look["color"], alpha=0.2, linewidth=0)
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
