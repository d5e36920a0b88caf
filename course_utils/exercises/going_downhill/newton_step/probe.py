"""How `newton_step(f, x)` is exercised: at points of several functions, one of them near a saddle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from course_utils.kits.comparing import array_equal, flag
from course_utils.kits.probe import Inputs, Outputs, Part, Probe, as_array
from course_utils.kits.results import tensor_statements
from course_utils.kits.stand_ins import VECTORS

__all__ = ["PROBE"]


def _function(inputs: Inputs, case: int) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return f(x) = x.A x/2 + b.x + sum(c x**4)/4."""
    a, b, c = (torch.tensor(inputs[name][case], dtype=torch.float64) for name in ("a", "b", "c"))

    def f(x: torch.Tensor) -> torch.Tensor:
        return x @ a @ x / 2 + b @ x + (c * x**4).sum() / 4

    return f


def _run(newton_step: Callable[..., Any], inputs: Inputs) -> Outputs:
    found = []
    left_alone = True
    for case, start in enumerate(inputs["x"]):
        x = torch.tensor(start, dtype=torch.float64)
        returned = newton_step(_function(inputs, case), x)
        found.append(as_array(returned, "the return value of newton_step", start.shape))
        left_alone &= x.grad is None and not x.requires_grad and array_equal(x.numpy(), start)
    kind = tensor_statements(returned)
    return {"new_x": np.stack(found), "is_tensor": kind["is_tensor"], "x_left_alone": flag(left_alone).reshape(1)}


PROBE = Probe("newton_step", ("newton_step",), (Part("newton_step", ("newton_step",), _run, upon=VECTORS),))
