"""How the numpy batch normalizations are called: two training batches and a test batch with one `bn_param`.

Inputs, with a prefix: `x_1`, `x_2`, `x_test`, `gamma`, `beta`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.kits.array_functions import histories, is_row, taken_apart
from course_utils.kits.comparing import flag
from course_utils.kits.probe import Inputs, Outputs, as_array

__all__ = ["Forward", "two_batches_and_a_test"]

Forward = Callable[..., Any]


def two_batches_and_a_test(
    forward: Forward, inputs: Inputs, prefix: str, bn_param: dict[str, Any], name: str = "batchnorm_forward"
) -> Outputs:
    """Return what comes out for each batch, and the running statistics after each.

    Args:
        forward: The student's function.
        inputs: See above.
        prefix: That of the inputs to use, and of the outputs.
        bn_param: Passed with every call, its `mode` set; the running statistics are read from it.
        name: Name of the function, for messages.
    """
    gamma, beta = inputs[f"{prefix}_gamma"], inputs[f"{prefix}_beta"]
    outputs: Outputs = {}
    running: dict[str, list[NDArray[Any]]] = {"running_mean": [], "running_var": []}
    for batch, mode in (("1", "train"), ("2", "train"), ("test", "test")):
        bn_param["mode"] = mode
        returned = forward(inputs[f"{prefix}_x_{batch}"], gamma, beta, bn_param)
        out, _ = taken_apart(returned, name, ("out", "cache"))
        outputs[f"{prefix}_out_{batch}"] = as_array(out, "out")
        for key, values in running.items():
            # What was never stored still has its starting value.
            values.append(as_array(bn_param.get(key, np.zeros_like(gamma)), f'bn_param["{key}"]'))
    rows = any(is_row(value) for values in running.values() for value in values)
    kept = {f"{prefix}_{key}": histories(values, key) for key, values in running.items()}
    return {**outputs, **kept, "statistics_flat": flag(not rows)}
