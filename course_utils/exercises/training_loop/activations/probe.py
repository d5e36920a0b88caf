"""How `sigmoid(x)` and `relu(x)` are exercised: any shape, float32 and float64, far from zero, and differentiated."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch

from course_utils.kits.comparing import flag
from course_utils.kits.probe import Inputs, Outputs, Part, Probe, as_array
from course_utils.kits.tensors import gradient, same, tensor

__all__ = ["PROBE"]

PLACES = 20


def _exercise(name: str, function: Callable[[torch.Tensor], Any], inputs: Inputs) -> Outputs:
    """Return values and gradients; `far` is compared as a logarithm, since its values are tiny but not zero."""

    def values(key: str, dtype: torch.dtype = torch.float64) -> Any:
        return as_array(function(tensor(inputs[key], dtype)), f"the return value of {name}", inputs[key].shape)

    x = tensor(inputs["x"])
    result = function(x)
    single = function(tensor(inputs["x"], torch.float32))
    outputs = {
        "values": as_array(result, f"the return value of {name}", inputs["x"].shape),
        "block": values("block"),
        "number": values("number"),
        "extreme": values("extreme"),
        "extreme_single": values("extreme_single", torch.float32),
        "gradient": _gradient(function, inputs["x"]),
        "gradient_extreme": _gradient(function, inputs["extreme"]),
        # Of what is left in float32 only the order of magnitude is right.
        "gradient_extreme_single": np.round(_gradient(function, inputs["extreme_single"], torch.float32), PLACES),
        "input_left_alone": flag(same(x, inputs["x"])),
        "dtype_kept": flag(_dtype(result) == "float64" and _dtype(single) == "float32"),
    }
    if name == "sigmoid":
        with np.errstate(divide="ignore"):
            outputs["log_far"] = np.log(values("far"))
    return outputs


def _gradient(function: Callable[[torch.Tensor], Any], array: Any, dtype: torch.dtype = torch.float64) -> Any:
    leaf = tensor(array, dtype).requires_grad_()
    # A copy, so that a function that writes into its input can still be differentiated.
    return gradient(function(leaf.clone()), leaf)


def _dtype(result: Any) -> str:
    return str(getattr(result, "dtype", "")).removeprefix("torch.")


PROBE = Probe(
    "activations",
    ("sigmoid", "relu"),
    tuple(Part(name, (name,), partial(_exercise, name)) for name in ("sigmoid", "relu")),
)
