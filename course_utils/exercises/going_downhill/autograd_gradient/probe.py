"""How `autograd_gradient(f, x)` is exercised: at a plain tensor, and twice at one that already has a gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from course_utils.kits.comparing import array_equal, flag
from course_utils.kits.probe import Inputs, Outputs, Probe, as_array
from course_utils.kits.results import tensor_statements
from course_utils.kits.smooth_function import torch_function

__all__ = ["PROBE"]

WHAT = "the return value of autograd_gradient"


def _run(autograd_gradient: Callable[..., Any], inputs: Inputs) -> Outputs:
    plain = torch.tensor(inputs["x"], dtype=torch.float64)
    leaf = torch.tensor(inputs["x"], dtype=torch.float64, requires_grad=True)
    leaf.grad = torch.tensor(inputs["old_gradient"], dtype=torch.float64)
    f = torch_function(inputs["a"], inputs["b"], inputs["c"])
    tracked: list[bool] = []

    def watched(x: torch.Tensor) -> torch.Tensor:
        value = f(x)
        tracked.append(value.requires_grad)
        return value

    returned = autograd_gradient(watched, plain)
    answers = {
        "gradient_plain": as_array(returned, WHAT, plain.shape),
        "gradient_first": as_array(autograd_gradient(watched, leaf), WHAT, plain.shape),
        "gradient_second": as_array(autograd_gradient(watched, leaf), WHAT, plain.shape),
    }
    left_alone = _is_plain(plain, inputs) and _keeps_its_gradient(leaf, inputs)
    return {
        **answers,
        **tensor_statements(returned),
        "x_left_alone": flag(left_alone).reshape(1),
        "through_autograd": np.array([float(any(tracked))]),
    }


def _is_plain(x: torch.Tensor, inputs: Inputs) -> bool:
    return x.grad is None and not x.requires_grad and array_equal(x.numpy(), inputs["x"])


def _keeps_its_gradient(x: torch.Tensor, inputs: Inputs) -> bool:
    kept = x.grad is not None and array_equal(x.grad.numpy(), inputs["old_gradient"])
    return kept and x.requires_grad and array_equal(x.detach().numpy(), inputs["x"])


PROBE = Probe.single("autograd_gradient", "autograd_gradient", _run)
