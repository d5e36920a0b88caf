"""How fast heavy ball converges on a quadratic, from the roots of its characteristic polynomial.

In the direction of eigenvalue l, (w, v) is multiplied each step by a matrix with characteristic polynomial
r^2 - (1 + beta - lr l) r + beta (Polyak 1964; Goh 2017). The larger |root| is the factor by which the error shrinks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["heavy_ball_optimum", "heavy_ball_rate", "rate_map"]


def heavy_ball_rate(lr: ArrayLike, beta: ArrayLike, eigenvalue: ArrayLike) -> NDArray[np.float64]:
    """Return the convergence factor per step: below 1 it converges, above 1 it diverges.

    Args:
        lr: Learning rate, any shape that broadcasts with the others.
        beta: Momentum, from 0 to 1.
        eigenvalue: Curvature in the direction.
    """
    trace = 1 + np.asarray(beta) - np.asarray(lr) * np.asarray(eigenvalue)
    root = np.sqrt(np.asarray(trace**2 - 4 * np.asarray(beta), dtype=complex))
    return np.asarray(np.maximum(np.abs(trace + root), np.abs(trace - root)) / 2)


def heavy_ball_optimum(smallest: float, largest: float) -> tuple[float, float, float]:
    """Return the best (lr, beta) for eigenvalues between two bounds, and the rate that they reach (Polyak 1964)."""
    low, high = np.sqrt(smallest), np.sqrt(largest)
    rate = (high - low) / (high + low)
    return float((2 / (low + high)) ** 2), float(rate**2), float(rate)


def rate_map(eigenvalues: ArrayLike, lrs: NDArray[np.float64], betas: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the slowest direction's factor on a grid, shape (len(betas), len(lrs))."""
    curvatures = np.asarray(eigenvalues)[:, None, None]
    return np.asarray(heavy_ball_rate(lrs[None, None, :], betas[None, :, None], curvatures).max(axis=0))
