"""How `RMSNorm(dimensions, eps=1e-5)`, a torch module with a gain, is exercised.

Inputs: `square_rows`, `other_rows` and `plain`, all batches of rows; `gain` for the square ones, `eps`;
`dout`, an upstream gradient for `plain`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from course_utils.kits.array_functions import if_shapes_fit
from course_utils.kits.comparing import all_close, flag
from course_utils.kits.module_gradients import gradient_statements
from course_utils.kits.probe import Inputs, Outputs, Part, Pieces, Probe
from course_utils.kits.tensor_modules import applied, made, manner_statements, manners, tensor

__all__ = ["PROBE"]

# The square of 300 is beyond the largest float16, 65504.
LARGE = 300.0


def _values(factory: Callable[..., Any], inputs: Inputs) -> Pieces:
    rows = inputs["square_rows"]
    module = made(factory, rows.shape[1], eps=float(inputs["eps"]))
    _set_gain(module, inputs["gain"])
    yield {"square_out": applied(module, rows)}
    yield if_shapes_fit(_other_shape)(factory, inputs)
    yield gradient_statements(lambda: made(factory, rows.shape[1]), inputs["plain"], inputs["dout"])


def _other_shape(factory: Callable[..., Any], inputs: Inputs) -> Outputs:
    rows = inputs["other_rows"]
    module = made(factory, rows.shape[1])
    return {"other_out": applied(module, rows), "test_out": applied(module.eval(), rows[:1])}


def _set_gain(module: nn.Module, gain: NDArray[Any]) -> None:
    """Multiply the parameters by `gain`: a gain that starts at 1 takes its value, a shift that starts at 0 stays."""
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.numel() == gain.size:
                parameter.mul_(tensor(gain).reshape(parameter.shape))


def _state(factory: Callable[..., Any], inputs: Inputs) -> Outputs:
    plain = inputs["plain"]

    def make() -> nn.Module:
        return made(factory, plain.shape[1])

    trained = sum(parameter.requires_grad for parameter in make().parameters())
    large = _in_float16(make(), LARGE * plain)
    return {"parameters": np.array(float(trained)), "half_large": flag(large), **manners(make, plain)}


def _in_float16(module: nn.Module, array: NDArray[Any]) -> bool:
    """Say whether float16 gives about what float64 gives."""
    expected = module(tensor(array)).detach().double()
    try:
        out = module.to(torch.float16)(tensor(array).to(torch.float16))
    except RuntimeError:
        return False
    return all_close(out.detach().double(), expected, rtol=0, atol=0.02 * float(expected.abs().max()))


PROBE = Probe(
    "rmsnorm",
    ("RMSNorm",),
    (
        Part("RMSNorm", ("RMSNorm",), _values),
        Part("RMSNorm as a module", ("RMSNorm",), _state, summarise=manner_statements, counts_with="RMSNorm"),
    ),
)
