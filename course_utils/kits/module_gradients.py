"""The way back through a torch module: is what reaches the input the derivative of what comes out?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from course_utils.kits.comparing import all_close, array_equal, flag
from course_utils.kits.probe import Outputs, as_array
from course_utils.kits.tensor_modules import applied, tensor

__all__ = ["gradient_statements"]

# The error of a central difference is about (STEP / standard deviation)**2; that of a module which computes in float32
# about 1e-7 / STEP. Both are far below TOLERANCE, and a missing path is far above it.
STEP, TOLERANCE = 1e-3, 0.02


def gradient_statements(make: Callable[[], nn.Module], array: NDArray[Any], dout: NDArray[Any]) -> Outputs:
    """Compare the gradient with respect to the input with central differences of the module's own output.

    A module that writes into its input is not looked at further: that has a name of its own.

    Args:
        make: Makes the module, in training mode, the same every time.
        array: Its input.
        dout: The gradient of a loss with respect to its output, of the same shape.

    Returns:
        `gradient_arrives`: a graph leads from the output to the input; `gradient_fits`: the gradient is the derivative
        of the output; `gradient_spreads`: it fits, or an entry of the output has a gradient in other entries of the
        input. Each 1.0 where all is well.
    """
    given = tensor(array, requires_grad=True)
    passed = 1.0 * given
    out = make()(passed)
    if not array_equal(as_array(passed, "the input"), array):
        return _statements(arrives=True, fits=True, spreads=True)
    if not isinstance(out, torch.Tensor) or not out.requires_grad:
        return _statements(arrives=False, fits=False, spreads=False)
    dx = _gradient(out, given, tensor(dout))
    slopes = _differences(make, array, dout)
    fits = all_close(dx, slopes, rtol=0, atol=TOLERANCE * float(np.abs(slopes).max()))
    one = np.zeros_like(dout)
    one[0, 0] = 1.0
    others = np.where(one, 0.0, _gradient(out, given, tensor(one)))
    return _statements(arrives=True, fits=fits, spreads=fits or bool(others.any()))


def _statements(*, arrives: bool, fits: bool, spreads: bool) -> Outputs:
    return {"gradient_arrives": flag(arrives), "gradient_fits": flag(fits), "gradient_spreads": flag(spreads)}


def _gradient(out: torch.Tensor, given: torch.Tensor, dout: torch.Tensor) -> NDArray[Any]:
    """Return the gradient of sum(dout * out); 0 where no way leads back, as through a parameter alone."""
    (found,) = torch.autograd.grad(out, given, dout.to(out.dtype), retain_graph=True, allow_unused=True)
    return np.zeros(tuple(given.shape)) if found is None else as_array(found, "the gradient")


def _differences(make: Callable[[], nn.Module], array: NDArray[Any], dout: NDArray[Any]) -> NDArray[Any]:
    """Differentiate sum(dout * out) with respect to each entry, always with a fresh module."""
    slopes = np.zeros(array.shape)
    for index in np.ndindex(*array.shape):
        sides = []
        for side in (STEP, -STEP):
            moved = array.copy()
            moved[index] += side
            sides.append(float((dout * applied(make(), moved)).sum()))
        slopes[index] = (sides[0] - sides[1]) / (2 * STEP)
    return slopes
