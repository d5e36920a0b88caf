"""What the probes of the loss functions share: one loss of some examples, and whether it still works far out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.kits.probe import as_array
from course_utils.kits.tensors import gradient, tensor

__all__ = ["finite_or_nan", "growing", "loss_and_gradient"]


def loss_and_gradient(
    loss_fn: Callable[[torch.Tensor, torch.Tensor], Any],
    target: torch.Tensor,
    prediction: NDArray[Any],
    name: str,
    *,
    prediction_first: bool = False,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the loss, a number, and its gradient with respect to `prediction`, of the same shape."""
    leaf = tensor(prediction).requires_grad_()
    arguments = (leaf.clone(), target.clone()) if prediction_first else (target.clone(), leaf.clone())
    result = loss_fn(*arguments)
    return as_array(result, f"the return value of {name}", ()), gradient(result, leaf)


def finite_or_nan(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array with NaN for infinity: which of the two comes out depends on the order of writing."""
    return np.where(np.isfinite(array), array, np.nan)


def growing(far: NDArray[Any], near: NDArray[Any]) -> bool:
    """Say whether a prediction that is wrong by more also costs more, and not infinitely much."""
    return bool(np.isfinite(far) and np.isfinite(near) and far > near)
