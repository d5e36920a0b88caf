"""A smooth function of an array of any shape, for exercises that differentiate a function they are given.

f(x) = sum(a * sin(x)) + sum(b * x**3) + (sum(c * x))**2, with one coefficient per entry of x.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.kits.probe import ProbeFailure

__all__ = ["numpy_function", "torch_function"]

Array = NDArray[Any]


def numpy_function(a: Array, b: Array, c: Array) -> Callable[[Array], float]:
    """Return f for numpy arrays; it complains when it is called with another shape."""

    def f(x: Array) -> float:
        x = np.asarray(x, dtype=np.float64)
        _check_shape(x.shape, a.shape)
        return float(np.sum(a * np.sin(x)) + np.sum(b * x**3) + np.sum(c * x) ** 2)

    return f


def torch_function(a: Array, b: Array, c: Array) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return f for tensors; it complains when it is called with another shape."""
    ta, tb, tc = (torch.tensor(values, dtype=torch.float64) for values in (a, b, c))

    def f(x: torch.Tensor) -> torch.Tensor:
        _check_shape(tuple(x.shape), a.shape)
        return (ta * torch.sin(x)).sum() + (tb * x**3).sum() + (tc * x).sum() ** 2

    return f


def _check_shape(found: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    if found != wanted:
        raise ProbeFailure(f"f was called with an array of shape {found}; expected the shape of x, {wanted}.")
