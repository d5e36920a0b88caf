"""Two training batches and a test batch, as probes of batch normalization send them, made afresh."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_utils.checks.labels import TABLE, Label
from course_utils.kits.probe import Inputs

__all__ = [
    "BATCHES",
    "FEATURES",
    "SEQUENCE_LABELS",
    "fresh_affine",
    "fresh_columns",
    "fresh_sequences",
]

BATCHES = {"1": "the first training batch", "2": "the second training batch", "test": "the test batch"}
FEATURES = 4
SEQUENCE_LABELS = {
    f"{prefix}_{name}": Label(said, rows, "at", then=where, axes=TABLE[1:] if rows else TABLE)
    for prefix, where in (("square", ""), ("other", "for batches of 5, 3 and 2"))
    for name, said, rows in (
        *((f"out_{name}", f"output for {said}", "") for name, said in BATCHES.items()),
        ("running_mean", "running mean", "step"),
        ("running_var", "running variance", "step"),
    )
}


def fresh_sequences(rng: np.random.Generator) -> Inputs:
    """Draw batches of as many rows as features (`square_`), where most mistakes can be carried out, and others."""
    inputs: dict[str, Any] = {}
    for prefix, rows in (("square", (4, 4, 4)), ("other", (5, 3, 2))):
        for name, count in zip(BATCHES, rows, strict=True):
            inputs[f"{prefix}_x_{name}"] = fresh_columns(rng, count)
        gamma, beta = fresh_affine(rng)
        inputs |= {f"{prefix}_gamma": gamma, f"{prefix}_beta": beta}
    return inputs


def fresh_columns(rng: np.random.Generator, rows: int) -> np.ndarray:
    """Draw a (rows, 4) array: column scales 1, 3 and 0.05, offsets, and a constant column (exact in binary)."""
    x = rng.normal(size=(rows, FEATURES)) * [1.0, 3.0, 0.05, 0.0] + rng.uniform(0.5, 1.5, size=FEATURES)
    x[:, 3] = rng.integers(3, 9) / 4
    return x


def fresh_affine(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw a gain and a shift that cannot be taken for each other, for 1 or for 0."""
    signs = rng.choice([-1.0, 1.0], size=FEATURES)
    return rng.uniform(1.3, 2.2, size=FEATURES) * signs, rng.uniform(0.3, 0.8, size=FEATURES)
