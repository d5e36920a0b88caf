"""How `accumulated_step(model, loss_fn, optimizer, batches)` is exercised: two steps.

A gradient is left in the model before the first step, as a training loop may leave it. The second step has one batch
more than the first. The optimizer is descent with momentum, and counts its steps.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from course_utils.kits.calls import call
from course_utils.kits.comparing import every, flag, tensors_equal
from course_utils.kits.probe import Inputs, Outputs, Probe, as_array
from course_utils.kits.tensors import tensor

__all__ = ["PROBE", "STEPS"]

DECLARED = "accumulated_step(model, loss_fn, optimizer, batches)"
# The numbers of examples of the batches of each step.
STEPS = ((3, 1, 4), (5, 2, 1, 2))


class _CountedSGD(torch.optim.SGD):
    """Descent that counts its steps."""

    steps = 0

    def step(self, *arguments: Any, **options: Any) -> Any:
        self.steps += 1
        return super().step(*arguments, **options)


def _run(accumulated_step: object, inputs: Inputs) -> Outputs:
    model, optimizer, sizes = _model(inputs)
    losses, weights, steps, intact = [], [], [], True
    for number in range(len(STEPS)):
        before = optimizer.steps
        batches = _batches(inputs, number)
        loss = call(accumulated_step, DECLARED, model, _loss, optimizer, batches)
        losses.append(as_array(loss, "the return value of accumulated_step", ()))
        weights.append(_weights(model))
        steps.append(float(optimizer.steps - before))
        intact &= _same(batches, _batches(inputs, number))
    return {
        "weights": np.stack(weights),
        "losses": np.stack(losses),
        "steps": np.array(steps),
        "batches_apart": flag(max(sizes, default=0) <= max(max(step) for step in STEPS)),
        "batches_left_alone": flag(intact),
    }


def _model(inputs: Inputs) -> tuple[nn.Module, _CountedSGD, list[int]]:
    """Return a linear model with a gradient in it, its optimizer, and a list of the sizes of what it is called with."""
    model = nn.Linear(inputs["weight"].shape[1], inputs["weight"].shape[0]).double()
    with torch.no_grad():
        model.weight.copy_(tensor(inputs["weight"]))
        model.bias.copy_(tensor(inputs["bias"]))
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    sizes: list[int] = []
    model.register_forward_pre_hook(lambda _, given: sizes.append(len(given[0])))
    return model, _CountedSGD(model.parameters(), lr=float(inputs["lr"]), momentum=0.5), sizes


def _loss(outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the mean cross-entropy of a batch, as the workbook's loss does."""
    return nn.functional.cross_entropy(outputs, labels)


def _batches(inputs: Inputs, number: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    x, y = tensor(inputs[f"x_{number}"]), tensor(inputs[f"y_{number}"], torch.int64)
    return list(zip(x.split(STEPS[number]), y.split(STEPS[number]), strict=True))


def _weights(model: nn.Module) -> NDArray[Any]:
    return np.concatenate([as_array(parameter, "a parameter").ravel() for parameter in model.parameters()])


def _same(some: list[tuple[torch.Tensor, torch.Tensor]], others: list[tuple[torch.Tensor, torch.Tensor]]) -> bool:
    pairs = zip(some, others, strict=False)
    return len(some) == len(others) and every(tensors_equal(a, c) and tensors_equal(b, d) for (a, b), (c, d) in pairs)


PROBE = Probe.single("accumulate", "accumulated_step", _run)
