"""What the probes of the torch modules share: tensors in and out, and how a module takes other layouts and types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from course_utils.probes.array_functions import flag
from course_utils.probes.base import Outputs, ProbeFailure, as_array

__all__ = ["applied", "made", "manners", "tensor"]

# Half precision resolves 1/1000, bfloat16 1/100; both tolerances leave room for a few roundings.
TOLERANCES = {"half": (torch.float16, 0.02), "bfloat16": (torch.bfloat16, 0.1)}


def tensor(array: NDArray[Any], *, requires_grad: bool = False) -> torch.Tensor:
    """Return a float64 tensor of its own."""
    return torch.tensor(array, dtype=torch.float64, requires_grad=requires_grad)


def made(factory: Callable[..., Any], *arguments: Any, **options: Any) -> nn.Module:
    """Construct a student's module in float64, in training mode.

    Raises:
        ProbeFailure: It is no `nn.Module`.
    """
    module = factory(*arguments, **options)
    if not isinstance(module, nn.Module):
        raise ProbeFailure(f"a {type(module).__name__} was made; expected an nn.Module. Is the base class there?")
    return module.to(torch.float64).train()


def applied(module: nn.Module, array: NDArray[Any]) -> NDArray[Any]:
    """Return what a module makes of an array, in the array's shape.

    Raises:
        ProbeFailure: The output has another shape, or is no tensor.
    """
    out = module(tensor(array))
    if out is NotImplemented:
        raise NotImplementedError
    return as_array(out, "the output of the module", array.shape)


def manners(make: Callable[[], nn.Module], array: NDArray[Any]) -> Outputs:
    """See how a module takes other layouts and types; 1.0 where all is well, an error counts as 0.0.

    Returns:
        `input_left_alone`; `strided`: the same for an input that is not contiguous; `half` and `bfloat16`: about the
        same for these types; `dtype_kept`: the output has the type of the input, for all of them.
    """
    given = tensor(array)
    module = make()
    expected = module(given).detach().clone()
    kept_types = [module(given).dtype == given.dtype]
    found = {"input_left_alone": torch.equal(given, tensor(array)), "strided": _strided(make, array, expected)}
    for name, (dtype, tolerance) in TOLERANCES.items():
        found[name], kept = _in_type(make, array, expected, dtype, tolerance)
        kept_types.append(kept)
    return {name: flag(holds) for name, holds in {**found, "dtype_kept": all(kept_types)}.items()}


def _strided(make: Callable[[], nn.Module], array: NDArray[Any], expected: torch.Tensor) -> bool:
    turned = tensor(np.ascontiguousarray(array.T)).t()
    try:
        return torch.allclose(make()(turned), expected)
    except RuntimeError:
        return False


def _in_type(
    make: Callable[[], nn.Module], array: NDArray[Any], expected: torch.Tensor, dtype: torch.dtype, tolerance: float
) -> tuple[bool, bool]:
    try:
        out = make().to(dtype)(tensor(array).to(dtype))
    except RuntimeError:
        return False, True
    scale = float(expected.abs().max())
    return torch.allclose(out.double(), expected, rtol=0, atol=tolerance * scale), out.dtype == dtype
