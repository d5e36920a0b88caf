"""What every normalization does, as a rule, and the mistakes that can be made in each of them.

The declared convention: subtract the mean, divide by the root of (biased variance + eps), then gain and shift.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.kits.rules import Mistake, Rule

__all__ = [
    "AFFINE_MISTAKES",
    "EPSILON_IGNORED",
    "GAMMA_PER_ROW",
    "NORMALISE",
    "ROOT_MISTAKES",
    "UNBIASED",
    "WHOLE_ARRAY",
    "average",
    "variance",
]

Axes = int | tuple[int, ...]


def average(x: NDArray[Any], axes: Axes) -> NDArray[Any]:
    """Return the mean over `axes`, which stay as axes of length 1."""
    return np.asarray(x.mean(axes, keepdims=True))


def variance(x: NDArray[Any], axes: Axes, ddof: int = 0) -> NDArray[Any]:
    """Return the variance over `axes`, which stay as axes of length 1; analytic, so that complex steps pass."""
    centred = x - average(x, axes)
    count = x.size / average(x, axes).size
    return np.asarray((centred * centred).sum(axes, keepdims=True) / np.float64(count - ddof))


# `over` holds the axes of the average, `given_eps` what the student's function is given (or the declared default).
NORMALISE: Rule = {
    "eps": lambda s: s.given_eps,
    "axis": lambda s: s.over,
    "z": lambda s: s.x,
    "mean": lambda s: average(s.z, s.axis),
    "var": lambda s: variance(s.z, s.axis),
    "centre": lambda s: s.mean,
    "spread": lambda s: s.var,
    "x_hat": lambda s: (s.z - s.centre) / np.sqrt(s.spread + s.eps),
    "normal": lambda s: s.x_hat,
    "out": lambda s: s.gamma * s.normal + s.beta,
}

UNBIASED = Mistake(
    "unbiased-variance",
    "The variance that normalises is the unbiased estimate: its sum of squares is divided by one less than the number "
    "of values. A normalizer uses the variance of the very values it has, so that they come out with variance 1.",
    {"var": lambda s: variance(s.z, s.axis, ddof=1)},
)
WHOLE_ARRAY = Mistake(
    "whole-array",
    "One mean and one variance are taken over the whole array, so features and examples share a single scale.",
    {"mean": lambda s: s.z.mean(), "var": lambda s: s.z.var()},
)
ROOT_MISTAKES = (
    Mistake(
        "divides-by-variance",
        "The centred values are divided by the variance, not by its root: what comes out does not have variance 1.",
        {"x_hat": lambda s: (s.z - s.centre) / (s.spread + s.eps)},
    ),
    Mistake(
        "epsilon-outside",
        "Epsilon is added to the standard deviation, after the root; it belongs to the variance.",
        {"x_hat": lambda s: (s.z - s.centre) / (np.sqrt(s.spread) + s.eps)},
    ),
    Mistake(
        "no-epsilon",
        "Epsilon is missing: where all values are equal the variance is 0 and the result is no number.",
        {"x_hat": lambda s: (s.z - s.centre) / np.sqrt(s.spread)},
    ),
    Mistake(
        "not-centred",
        "The mean is not subtracted: the values are scaled but stay where they were.",
        {"x_hat": lambda s: s.z / np.sqrt(s.spread + s.eps)},
        pairs=False,
    ),
)
AFFINE_MISTAKES = (
    Mistake(
        "affine-first",
        "Gain and shift are applied before the statistics are taken, so the normalization removes them again.",
        {"z": lambda s: s.gamma * s.x + s.beta, "out": lambda s: s.normal},
        pairs=False,
    ),
    Mistake(
        "gamma-beta-exchanged",
        "Gamma and beta have changed places: beta scales and gamma shifts.",
        {"out": lambda s: s.beta * s.normal + s.gamma},
    ),
    Mistake(
        "gamma-missing",
        "Gamma is not used: the result does not depend on the gain.",
        {"out": lambda s: s.normal + s.beta},
    ),
    Mistake(
        "beta-missing",
        "Beta is not used: the result does not depend on the shift.",
        {"out": lambda s: s.gamma * s.normal},
        pairs=False,
    ),
    Mistake(
        "affine-missing",
        "Neither gamma nor beta is used: what is returned is the normalised input.",
        {"out": lambda s: s.normal},
    ),
)
GAMMA_PER_ROW = Mistake(
    "gamma-per-row",
    "Gamma and beta are applied along the rows: there is one of each per feature (column), not per example.",
    {"out": lambda s: s.gamma[:, None] * s.normal + s.beta[:, None]},
    pairs=False,
)
EPSILON_IGNORED = Mistake(
    "epsilon-ignored",
    "The epsilon that is given is not used; a fixed 1e-5 stands in its place.",
    {"eps": lambda s: 1e-5},
    pairs=False,
)
