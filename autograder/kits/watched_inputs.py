"""Fresh inputs for the small networks of `course_utils.kits.watched_nets`."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.catalogue.answer import Simulate
from autograder.kits.rules import Mistake
from course_utils.kits.probe import Inputs

__all__ = ["AFTERWARDS_LABELS", "fresh_nets", "fresh_rows", "kept_mistake", "only"]

ROWS = 14
AFTERWARDS_LABELS = {
    "parameters_kept": "parameters as they were (1 = yes)",
    "statistics_kept": "running statistics as they were (1 = yes)",
    "modes_kept": "training or evaluation mode as it was (1 = yes)",
    "settings_kept": "momentum and other settings as they were (1 = yes)",
    "no_gradients": "nothing left in .grad (1 = yes)",
}


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


def kept_mistake(name: str, says: str, *flags: str, share: float = 0.5) -> Mistake:
    """Make a mistake that is seen by some flags being 0."""
    return Mistake(name, says, dict.fromkeys(flags, _zero), share=share)


def _zero(state: object) -> float:
    return 0.0


def only(simulate: Simulate, names: tuple[str, ...]) -> Simulate:
    """Return a simulation that gives some of its arrays only."""

    def arrays(inputs: Inputs) -> Any:
        return {name: value for name, value in simulate(inputs).items() if name in names}

    return arrays
