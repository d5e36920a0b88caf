"""Comparisons for statements that a probe makes beside a student's code, such as "the input is as it was".

A function that is probed can put others in place of `np.array_equal`, `torch.equal` or `all` while it is called, which
find all equal to all. These here were taken when the course was imported, and otherwise use what cannot be replaced:
operators and methods of arrays.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

__all__ = ["all_close", "array_equal", "close", "every", "every_entry", "flag", "tensors_equal"]

_as_array, _array, _tensors_equal = np.asarray, np.array, torch.equal
# Whether everything of an iterable is true.
every = all


def flag(holds: object) -> NDArray[Any]:
    """Return 1.0 or 0.0 as an array of shape () and dtype float64."""
    return _array(1.0 if holds else 0.0)


def every_entry(holds: ArrayLike) -> bool:
    """Say whether all entries of an array are true."""
    found: bool = _as_array(holds).all().item()
    return found


def array_equal(some: ArrayLike, other: ArrayLike, *, equal_nan: bool = False) -> bool:
    """Say whether two arrays have the same shape and the same entries; with `equal_nan` NaN is equal to NaN."""
    one, two = _as_array(some), _as_array(other)
    if one.shape != two.shape:
        return False
    alike = (one == two) | ((one != one) & (two != two)) if equal_nan else one == two
    found: bool = alike.all().item()
    return found


def close(some: ArrayLike, other: ArrayLike, *, rtol: float = 1e-5, atol: float = 1e-8) -> NDArray[np.bool_]:
    """Say of each entry whether it is as far as `atol + rtol * abs(other)` from the other one, or equal to it."""
    one, two = _as_array(some), _as_array(other)
    is_finite = two - two == 0
    found: NDArray[np.bool_] = (((one - two).__abs__() <= atol + rtol * two.__abs__()) & is_finite) | (one == two)
    return found


def all_close(some: ArrayLike, other: ArrayLike, *, rtol: float = 1e-5, atol: float = 1e-8) -> bool:
    """Say whether two arrays are close in all entries."""
    found: bool = close(some, other, rtol=rtol, atol=atol).all().item()
    return found


def tensors_equal(some: torch.Tensor, other: torch.Tensor) -> bool:
    """Say whether two tensors have the same shape and the same entries."""
    return _tensors_equal(some, other)
