"""The function that the probes of the gradient exercises differentiate: its derivatives and fresh coefficients."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["fresh_coefficients", "gradient", "value"]

Array = NDArray[Any]


def value(x: Array, a: Array, b: Array, c: Array) -> float:
    """Return f(x) = sum(a sin x) + sum(b x**3) + (sum(c x))**2."""
    return float(np.sum(a * np.sin(x)) + np.sum(b * x**3) + np.sum(c * x) ** 2)


def gradient(x: Array, a: Array, b: Array, c: Array) -> Array:
    """Return the gradient of f at x."""
    return np.asarray(a * np.cos(x) + 3 * b * x**2 + 2 * np.sum(c * x) * c)


def fresh_coefficients(rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, Array]:
    """Draw a point and coefficients such that the third derivatives are far from zero."""
    return {
        "x": rng.uniform(0.4, 1.4, size=shape) * rng.choice([-1.0, 1.0], size=shape),
        "a": rng.normal(size=shape),
        "b": rng.uniform(0.5, 1.5, size=shape),
        "c": rng.uniform(0.3, 0.9, size=shape),
    }
