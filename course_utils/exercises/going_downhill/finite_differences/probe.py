"""How `numerical_gradient(f, x, h=1e-5)` and `rel_error(x, y)` are exercised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.kits.comparing import all_close, flag
from course_utils.kits.probe import Inputs, Outputs, Part, Probe, as_array
from course_utils.kits.smooth_function import numpy_function

__all__ = ["PROBE"]


def _run_gradient(numerical_gradient: Callable[..., Any], inputs: Inputs) -> Outputs:
    """Differentiate f at points of one, two and three dimensions; the last call leaves h to its default."""
    outputs: Outputs = {}
    left_alone = True
    for name in ("vector", "matrix", "cube"):
        given, step = inputs[f"x_{name}"], float(inputs[f"h_{name}"])
        f = numpy_function(*(inputs[f"{letter}_{name}"] for letter in "abc"))
        x = given.copy()
        found = numerical_gradient(f, x, h=step) if step else numerical_gradient(f, x)
        outputs[f"gradient_{name}"] = as_array(found, "the return value of numerical_gradient", given.shape)
        # Moved and moved back again by a sum and a difference: the last digit may have changed.
        left_alone &= all_close(x, given, rtol=0.0, atol=1e-12)
    return {**outputs, "x_left_alone": flag(left_alone).reshape(1)}


def _run_error(rel_error: Callable[..., Any], inputs: Inputs) -> Outputs:
    pairs = zip(inputs["pairs_x"], inputs["pairs_y"], strict=True)
    errors = [as_array(rel_error(x.copy(), y.copy()), "the return value of rel_error", ()) for x, y in pairs]
    return {"errors": np.stack(errors)}


PROBE = Probe(
    "finite_differences",
    ("numerical_gradient", "rel_error"),
    (
        Part("numerical_gradient", ("numerical_gradient",), _run_gradient),
        Part("rel_error", ("rel_error",), _run_error),
    ),
)
