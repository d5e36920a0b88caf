"""Plots of deep networks: what flows through their layers, and what numpy networks do while they train."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from course_utils.models.deep_networks import DepthSignal
from course_utils.numpy_networks.solver import SolverHistory
from course_utils.plotting.runs import plot_band

__all__ = ["plot_signal", "plot_training_history"]

SIGNALS = {
    "activation_variance": "variance of the activations",
    "gradient_variance": "variance of the gradient",
}
HISTORIES = {
    "loss_history": ("update", "training loss (nats)", 1.0),
    "train_acc_history": ("epoch", "training accuracy (%)", 100.0),
    "val_acc_history": ("epoch", "validation accuracy (%)", 100.0),
}


def plot_signal(groups: Mapping[str, Sequence[DepthSignal]], quantity: str, ax: Axes | None = None) -> Axes:
    """Plot a variance by hidden layer on a logarithmic axis, one band per group of seeds.

    Args:
        groups: What was observed, by name.
        quantity: "activation_variance" or "gradient_variance".
        ax: Where to plot; new axes by default.

    Raises:
        ValueError: There is no such quantity.
    """
    if quantity not in SIGNALS:
        raise ValueError(f"quantity must be one of {', '.join(SIGNALS)}; found {quantity!r}")
    ax = ax or plt.subplots(figsize=(6, 4))[1]
    for index, (name, signals) in enumerate(groups.items()):
        rows = [getattr(signal, quantity) for signal in signals]
        plot_band(range(1, len(rows[0]) + 1), rows, index=index, label=name, ax=ax)
    ax.set(yscale="log", xlabel="hidden layer", ylabel=SIGNALS[quantity])
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(fontsize="small")
    return ax


def plot_training_history(
    groups: Mapping[str, Sequence[SolverHistory]], quantity: str, *, smooth: int = 1, ax: Axes | None = None
) -> Axes:
    """Plot what was recorded while numpy networks trained, one band per group of seeds.

    Args:
        groups: Runs by name.
        quantity: "loss_history", "train_acc_history" or "val_acc_history".
        smooth: How many neighbouring updates are averaged; a curve of accuracies should have 1.
        ax: Where to plot; new axes by default.

    Raises:
        ValueError: There is no such quantity.
    """
    if quantity not in HISTORIES:
        raise ValueError(f"quantity must be one of {', '.join(HISTORIES)}; found {quantity!r}")
    xlabel, ylabel, scale = HISTORIES[quantity]
    ax = ax or plt.subplots(figsize=(6, 4))[1]
    for index, (name, runs) in enumerate(groups.items()):
        rows = scale * np.array([getattr(run, quantity) for run in runs])
        kept = rows.shape[1] // smooth
        means = rows[:, : kept * smooth].reshape(len(rows), kept, smooth).mean(axis=2)
        plot_band(
            (np.arange(kept) * smooth + (smooth - 1) / 2).tolist(), means.tolist(), index=index, label=name, ax=ax
        )
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend(fontsize="small")
    return ax
