"""Layer normalization as a rule: one mean and one variance per row; and the mistakes that rows invite."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.kits.normalization_rule import ROOT_MISTAKES, UNBIASED, WHOLE_ARRAY, variance
from autograder.kits.rules import Mistake

__all__ = ["ROW_MISTAKES", "fresh_rows"]

ROW_MISTAKES = (
    Mistake(
        "batch-axis",
        "The statistics are taken over the batch: one per feature (column) instead of one per example (row). That is "
        "what batch normalization does.",
        {"axis": lambda s: 0},
        pairs=False,
    ),
    UNBIASED,
    WHOLE_ARRAY,
    Mistake(
        "divides-by-examples",
        "The sums over a row are divided by the number of examples instead of the number of features: right only "
        "where the two are equal.",
        {
            "mean": lambda s: s.z.sum(1, keepdims=True) / len(s.z),
            "var": lambda s: ((s.z - s.mean) ** 2).sum(1, keepdims=True) / len(s.z),
        },
        pairs=False,
    ),
    Mistake(
        "mean-of-squares",
        "What stands for the variance is the mean of the squares: the mean is not subtracted before squaring.",
        {"var": lambda s: variance(s.z, s.axis) + s.z.mean(s.axis, keepdims=True) ** 2},
        pairs=False,
    ),
    *ROOT_MISTAKES,
)


def fresh_rows(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray[Any, Any]:
    """Draw rows with scales 1, 3, 0.05 and offsets, the last one constant (and exact in binary)."""
    scales = np.resize([1.0, 3.0, 0.05], shape[0])[:, None]
    x = rng.normal(size=shape) * scales + rng.uniform(0.5, 1.5, size=(shape[0], 1))
    x[-1] = rng.integers(3, 9) / 4
    return np.asarray(x)
