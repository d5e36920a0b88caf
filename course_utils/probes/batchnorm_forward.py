"""How `batchnorm_forward(x, gamma, beta, bn_param) -> (out, cache)` is exercised.

Two training batches and a test batch go through it with one `bn_param`; the running statistics are read after each.
Inputs, with prefix `square_` and again `other_`: `x_1`, `x_2`, `x_test`, `gamma`, `beta`; and `eps`, `momentum`,
which the second sequence leaves to their defaults.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.probes.array_functions import copies, flag, histories, if_shapes_fit, keeps_float32, same, taken_apart
from course_utils.probes.base import Inputs, Outputs, Probe, as_array

__all__ = ["PROBE"]

Forward = Callable[..., Any]


def _run(forward: Forward, inputs: Inputs) -> Outputs:
    options = {"eps": float(inputs["eps"]), "momentum": float(inputs["momentum"])}
    return {
        **_two_batches_and_a_test(forward, inputs, "square", {"mode": "train", **options}),
        **if_shapes_fit(_other_shapes)(forward, inputs),
    }


def _other_shapes(forward: Forward, inputs: Inputs) -> Outputs:
    kept = copies(inputs)
    outputs = _two_batches_and_a_test(forward, inputs, "other", {"mode": "train"})
    left_alone = same(inputs, kept)
    names = ("other_x_1", "other_gamma", "other_beta")
    float32 = keeps_float32(forward, inputs, names, {"mode": "train"})
    return {**outputs, "inputs_left_alone": flag(left_alone), "float32_kept": flag(float32)}


def _two_batches_and_a_test(forward: Forward, inputs: Inputs, prefix: str, bn_param: dict[str, Any]) -> Outputs:
    gamma, beta = inputs[f"{prefix}_gamma"], inputs[f"{prefix}_beta"]
    outputs: Outputs = {}
    running: dict[str, list[NDArray[Any]]] = {"running_mean": [], "running_var": []}
    for name, mode in (("1", "train"), ("2", "train"), ("test", "test")):
        bn_param["mode"] = mode
        returned = forward(inputs[f"{prefix}_x_{name}"], gamma, beta, bn_param)
        out, _ = taken_apart(returned, "batchnorm_forward", ("out", "cache"))
        outputs[f"{prefix}_out_{name}"] = as_array(out, "out")
        for key, values in running.items():
            # What was never stored still has its starting value.
            values.append(as_array(bn_param.get(key, np.zeros_like(gamma)), f'bn_param["{key}"]'))
    return {**outputs, **{f"{prefix}_{key}": histories(values, key, len(gamma)) for key, values in running.items()}}


PROBE = Probe.single("batchnorm_forward", "batchnorm_forward", _run)
