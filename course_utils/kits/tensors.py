"""What the probes of torch functions share: fresh tensors, gradients through a result, chance under control."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.kits.comparing import array_equal, tensors_equal
from course_utils.kits.probe import ProbeFailure, as_array
from course_utils.kits.unpack import first_values

__all__ = ["chance", "gradient", "numbers_of_rows", "parameters", "same", "tensor"]


def tensor(array: NDArray[Any], dtype: torch.dtype = torch.float64) -> torch.Tensor:
    """Return a tensor of its own memory."""
    return torch.tensor(np.asarray(array), dtype=dtype)


def same(given: torch.Tensor, array: NDArray[Any]) -> bool:
    """Say whether a tensor made from `array` still holds exactly its values."""
    return given.shape == array.shape and tensors_equal(given.detach(), tensor(array, given.dtype))


def gradient(result: object, leaf: torch.Tensor) -> NDArray[Any]:
    """Return the gradient of the sum of `result` with respect to `leaf`; NaN everywhere if no graph leads back."""
    missing = np.full(tuple(leaf.shape), np.nan)
    if not isinstance(result, torch.Tensor) or not result.requires_grad:
        return missing
    (found,) = torch.autograd.grad(result.sum(), leaf, allow_unused=True)
    return missing if found is None else as_array(found, "the gradient")


def parameters(values: object, count: int, what: str) -> list[Any]:
    """Return what a student's function returned as a list of `count` values.

    Raises:
        ProbeFailure: It cannot be taken apart into so many.
    """
    taken = first_values(values, count + 1)
    if taken is not None and len(taken) == count:
        return list(taken)
    found = f"{len(values)} values" if isinstance(values, (tuple, list)) else f"a {type(values).__name__}"
    if values is None:
        found = "None (is there a `return` at the end?)"
    raise ProbeFailure(f"{what} should return {count} values; it returned {found}.")


def numbers_of_rows(taken: NDArray[Any], first: NDArray[Any]) -> list[int]:
    """Return which rows were taken, found by their first entries.

    Args:
        taken: The first entry of each row taken, and NaN where there are no more; untrusted.
        first: The first entry of each row of the data, all different.

    Raises:
        ValueError: There are rows that do not stand in the data.
    """
    values = taken[~np.isnan(taken)]
    rows = np.abs(values[:, None] - first).argmin(axis=1)
    if not array_equal(first[rows], values):
        raise ValueError("rows of other data")
    return [int(row) for row in rows]


@contextmanager
def chance(seed: int, dtype: torch.dtype = torch.float64) -> Iterator[None]:
    """Seed Python's, numpy's and torch's generators, make `dtype` the default, and put all back afterwards."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state(), torch.get_default_dtype()
    try:
        random.seed(seed)
        np.random.seed(seed % 2**32)
        # torch.manual_seed would note the seed for every kind of accelerator as well, which takes a millisecond.
        torch.default_generator.manual_seed(seed)
        torch.set_default_dtype(dtype)
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])
        torch.set_default_dtype(states[3])
