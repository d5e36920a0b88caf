"""How the backward passes of the numpy normalizations are exercised: with the cache of the student's own forward pass.

Inputs, with prefix `square_` and again `other_`: `x`, `gamma`, `beta`, `dout`; and `eps`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from course_utils.kits.array_functions import copies, if_shapes_fit, is_row, same, taken_apart
from course_utils.kits.comparing import flag
from course_utils.kits.probe import Inputs, Outputs, Part, as_array

__all__ = ["gradients_part"]

GRADIENTS = ("dx", "dgamma", "dbeta")


def gradients_part(forward_name: str, backward_name: str, options: Mapping[str, Any]) -> Part:
    """Make the part that uses (forward, backward).

    Args:
        forward_name: Name of the student's forward function.
        backward_name: Name of the student's backward function, and of the part.
        options: What the last argument of forward holds besides `eps`.
    """

    def gradients(forward: Callable[..., Any], backward: Callable[..., Any], inputs: Inputs, prefix: str) -> Outputs:
        x, gamma, beta, dout = (inputs[f"{prefix}_{name}"] for name in ("x", "gamma", "beta", "dout"))
        returned = forward(x, gamma, beta, {**options, "eps": float(inputs["eps"])})
        _, cache = taken_apart(returned, forward_name, ("out", "cache"))
        found = taken_apart(backward(dout, cache), backward_name, GRADIENTS)
        arrays = {name: as_array(value, name) for name, value in zip(GRADIENTS, found, strict=True)}
        rows = [name for name in GRADIENTS[1:] if is_row(arrays[name])]
        flat = {name: array.ravel() if name in rows else array for name, array in arrays.items()}
        return {**{f"{prefix}_{name}": array for name, array in flat.items()}, "gradients_flat": flag(not rows)}

    def run(forward: Callable[..., Any], backward: Callable[..., Any], inputs: Inputs) -> Outputs:
        upstream = {"square_dout": inputs["square_dout"]}
        kept = copies(upstream)
        square = gradients(forward, backward, inputs, "square")
        left_alone = flag(same(upstream, kept))
        return {
            **square,
            **if_shapes_fit(gradients)(forward, backward, inputs, "other"),
            "inputs_left_alone": left_alone,
        }

    return Part(backward_name, (forward_name, backward_name), run)
