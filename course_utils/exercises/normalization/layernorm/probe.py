"""How `layernorm_forward(x, gamma, beta, ln_param)` and `layernorm_backward(dout, cache)` are exercised.

Inputs of the forward pass, with prefix `square_` and again `other_`: `rows`, `gamma`, `beta`; those of the backward
pass are in `array_gradients`; and `eps`, which the forward pass of the other shape leaves to its default.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course_utils.kits.array_functions import copies, if_shapes_fit, keeps_float32, same, taken_apart
from course_utils.kits.array_gradients import gradients_part
from course_utils.kits.comparing import flag
from course_utils.kits.probe import Inputs, Outputs, Part, Probe, as_array

__all__ = ["PROBE"]

Forward = Callable[..., Any]


def _forward(forward: Forward, inputs: Inputs) -> Outputs:
    square = _output(forward, inputs, "square", {"eps": float(inputs["eps"])})
    return {**square, **if_shapes_fit(_other_shape)(forward, inputs)}


def _other_shape(forward: Forward, inputs: Inputs) -> Outputs:
    kept = copies(inputs)
    outputs = _output(forward, inputs, "other", {})
    left_alone = same(inputs, kept)
    float32 = keeps_float32(forward, inputs, ("other_rows", "other_gamma", "other_beta"), {})
    return {**outputs, "inputs_left_alone": flag(left_alone), "float32_kept": flag(float32)}


def _output(forward: Forward, inputs: Inputs, prefix: str, ln_param: dict[str, float]) -> Outputs:
    x, gamma, beta = (inputs[f"{prefix}_{name}"] for name in ("rows", "gamma", "beta"))
    out, _ = taken_apart(forward(x, gamma, beta, ln_param), "layernorm_forward", ("out", "cache"))
    return {f"{prefix}_out": as_array(out, "out")}


PROBE = Probe(
    "layernorm",
    ("layernorm_forward", "layernorm_backward"),
    (
        Part("layernorm_forward", ("layernorm_forward",), _forward),
        gradients_part("layernorm_forward", "layernorm_backward", {}),
    ),
)
