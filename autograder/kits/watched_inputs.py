"""What the answers share that use the small networks of `course_utils.kits.watched_nets`."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_utils.checks.labels import Label

__all__ = [
    "AFTERWARDS_LABELS", "GRADIENTS_LEFT", "MODE_CHANGED", "MOVED_AND_STATISTICS_CHANGED", "fresh_nets", "fresh_rows",
]  # fmt: skip

AFTERWARDS_LABELS = {
    "parameters_kept": Label("parameters as they were", statement=True),
    "statistics_kept": Label("running statistics as they were", statement=True),
    "modes_kept": Label("training or evaluation mode as it was", statement=True),
    "settings_kept": Label("momentum and other settings as they were", statement=True),
    "no_gradients": Label("nothing left in .grad", statement=True),
}
MODE_CHANGED = "The net is not in the mode in which it was given."
MOVED_AND_STATISTICS_CHANGED = (
    "The net was moved and not put back exactly, and its running statistics have changed too. Adding what was "
    "subtracted leaves rounding errors; measure on a copy."
)
GRADIENTS_LEFT = (
    "Accepted, but the gradients stay in .grad; a training loop that does not clear them first would add to them."
)


def fresh_nets(rng: np.random.Generator) -> dict[str, Any]:
    """Draw the parameters of both networks, and running statistics that are those of no batch."""
    plain = {"w0": (5, 4), "b0": (5,), "w1": (3, 5), "b1": (3,)}
    shapes = ((3, 1, 3, 3), (3,), (3,), (3,), (4, 3, 1, 1), (4,), (4,), (4,), (3, 16), (3,))
    drawn: dict[str, Any] = {f"plain_{name}": rng.normal(size=shape) * 0.9 for name, shape in plain.items()}
    drawn |= {f"net_{i}": rng.normal(size=shape) * 0.8 for i, shape in enumerate(shapes)}
    drawn["net_8"] /= 2  # many inputs
    for i in (2, 6):  # the gains
        drawn[f"net_{i}"] = rng.uniform(0.6, 1.6, size=shapes[i])
    for name, count in (("first", 3), ("second", 4)):
        drawn[f"{name}_running_mean"] = rng.uniform(0.5, 1.5, size=count)
        drawn[f"{name}_running_var"] = rng.uniform(2.0, 4.0, size=count)
    return {**drawn, "seed": np.array(rng.integers(2**31))}


def fresh_rows(rng: np.random.Generator, name: str, count: int, side: int = 4) -> dict[str, Any]:
    """Draw images, shape (count, 1, side, side), brighter from the first to the last, and their class numbers."""
    level = np.linspace(-1.0, 1.5, count)[:, None, None, None] if count > 1 else 0.5
    x = rng.normal(size=(count, 1, side, side)) * 0.8 + level
    return {f"{name}_x": x, f"{name}_y": rng.permutation(np.arange(count) % 3).astype(np.float64)}
