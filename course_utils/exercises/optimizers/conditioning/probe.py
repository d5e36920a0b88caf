"""How `gradient_descent_optimum(eigenvalues)` and `heavy_ball_optimum(eigenvalues)` are exercised."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course_utils.kits.calls import call
from course_utils.kits.comparing import array_equal, flag
from course_utils.kits.probe import Inputs, Outputs, Part, Probe, as_array
from course_utils.kits.unpack import unpack

__all__ = ["PROBE"]

# For each function: what it returns, in order.
RETURNS = {"gradient_descent_optimum": ("lr", "rate"), "heavy_ball_optimum": ("lr", "beta", "rate")}


def _run(name: str, function: object, inputs: Inputs) -> Outputs:
    """Call a function with every array `eigenvalues_*` (n,); outputs: one value per array, in the order of names."""
    outputs: dict[str, list[Any]] = {key: [] for key in RETURNS[name]}
    left_alone = True
    for key in sorted(inputs):
        given = inputs[key].copy()
        values = unpack(call(function, f"{name}(eigenvalues)", given), name, RETURNS[name])
        for returned, value in zip(RETURNS[name], values, strict=True):
            outputs[returned].append(as_array(value, f"{returned} from {name}", ()))
        left_alone &= array_equal(given, inputs[key])
    stacked = {key: np.stack(values) for key, values in outputs.items()}
    return {**stacked, "eigenvalues_left_alone": flag(left_alone)}


def _part(name: str) -> Part:
    run: Callable[..., Outputs] = partial(_run, name)
    return Part(name, (name,), run)


PROBE = Probe("conditioning", tuple(RETURNS), tuple(_part(name) for name in RETURNS))
