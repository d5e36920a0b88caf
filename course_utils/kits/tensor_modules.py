"""What the probes of the torch modules share: tensors in and out, and how a module takes other layouts and types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from course_utils.kits.comparing import all_close, array_equal, every, flag
from course_utils.kits.probe import Inputs, Outputs, ProbeFailure, as_array, raw_array

__all__ = ["applied", "made", "manner_statements", "manners", "tensor"]

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
    """See how a module takes other layouts and types.

    Returns:
        Raw arrays, for `manner_statements`: the input as `given` and `after`, what a module makes of it as it is
        (`plain_out`), not contiguous (`strided_out`) and in other types (`half_out`, `bfloat16_out`), nothing where
        torch refuses; and `dtype_kept`, 1.0 if the output has the type of the input, for all of them.
    """
    given = tensor(array)
    module = make()
    out = _plain(module(given))
    kept_types = [module(given).dtype == given.dtype]
    found = {"given": array, "after": as_array(given, "the input"), "plain_out": out}
    found["strided_out"], _ = _of(make(), tensor(np.ascontiguousarray(array.T)).t())
    for name, (dtype, _) in TOLERANCES.items():
        found[f"{name}_out"], kept = _of(make().to(dtype), tensor(array).to(dtype))
        kept_types.append(kept)
    return {**found, "dtype_kept": flag(every(kept_types))}


def manner_statements(raw: Outputs, inputs: Inputs) -> Outputs:
    """Return statements from the raw arrays of `manners` for `inputs["plain"]`, and what else there is, as it is.

    Returns:
        `input_left_alone`; `strided`: the same for an input that is not contiguous; `half` and `bfloat16`: about the
        same for these types; each 1.0 where all is well, an error counts as 0.0.

    Raises:
        ValueError: The module was not given these inputs, or arrays are missing.
    """
    array = inputs["plain"]
    if not array_equal(raw_array(raw, "given", array.shape), array):
        raise ValueError("a module that was given other inputs")
    out = raw["plain_out"]
    scale = float(np.abs(out).max(initial=0.0))
    holds = {"input_left_alone": array_equal(raw["after"], array), "strided": _alike(raw["strided_out"], out, 1e-8)}
    for name, (_, tolerance) in TOLERANCES.items():
        holds[name] = _alike(raw[f"{name}_out"], out, tolerance * scale, rtol=0.0)
    return {**raw, **{name: flag(value) for name, value in holds.items()}}


def _plain(out: object) -> NDArray[Any]:
    if out is NotImplemented:
        raise NotImplementedError
    return as_array(out, "the output of the module")


def _of(module: nn.Module, given: torch.Tensor) -> tuple[NDArray[Any], bool]:
    """Return what a module makes of a tensor and whether it keeps its type; where torch refuses, nothing and True."""
    try:
        out = module(given)
    except RuntimeError:
        return np.zeros(0), True
    return as_array(out, "the output of the module"), out.dtype == given.dtype


def _alike(found: NDArray[Any], out: NDArray[Any], atol: float, rtol: float = 1e-5) -> bool:
    return found.shape == out.shape and all_close(found, out, rtol=rtol, atol=atol)
