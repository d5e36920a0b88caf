"""How `gradient_variance(loss_fn, params, x, y, batch_size, num_draws, generator)` is exercised.

On a linear model with squared error, for three batch sizes. The loss function that a solution is given keeps a record
of the rows that it is called with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from course_utils.probes.base import Inputs, Outputs, Probe, as_array
from course_utils.probes.tensors import chance, flag, same, tensor

__all__ = ["BATCH_SIZES", "PROBE"]

BATCH_SIZES = (1, 4, 16)
SHORT = 20


class RecordingLoss:
    """Mean squared error of x @ w + b, which notes the batch sizes and whether every row came with its own target."""

    def __init__(self, inputs: Inputs) -> None:
        self.targets = dict(zip(inputs["x"][:, 0].tolist(), inputs["y"].tolist(), strict=True))
        self.pairs_kept = True
        self.sizes: list[int] = []

    def __call__(self, params: list[torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Return the mean over the rows of x."""
        self.sizes.append(len(x))
        own = [self.targets.get(first) for first in x[:, 0].tolist()]
        self.pairs_kept &= own == y.tolist()
        w, b = params
        return ((x @ w + b - y) ** 2).mean()


def _run(gradient_variance: Callable[..., Any], inputs: Inputs) -> Outputs:
    loss_fn, seed = RecordingLoss(inputs), int(inputs["seed"])
    params = [tensor(inputs[name]).requires_grad_() for name in ("w", "b")]
    x, y = tensor(inputs["x"]), tensor(inputs["y"])

    def measure(batch_size: int, draws: int) -> Any:
        for parameter in params:
            parameter.grad = None
        generator = torch.Generator().manual_seed(seed + batch_size)
        value = gradient_variance(loss_fn, params, x, y, batch_size, draws, generator)
        return as_array(value, "the return value of gradient_variance", ())

    sizes_right = True
    outputs: Outputs = {}
    with chance(seed):
        for batch_size in BATCH_SIZES:
            loss_fn.sizes.clear()
            outputs[f"variance_{batch_size}"] = measure(batch_size, int(inputs["num_draws"]))
            sizes_right &= {*loss_fn.sizes} <= {batch_size, len(x)}
        repeatable = bool(measure(4, SHORT) == measure(4, SHORT))
    return {
        **outputs,
        "batch_size_used": flag(sizes_right),
        "pairs_kept": flag(loss_fn.pairs_kept),
        "repeatable": flag(repeatable),
        "inputs_left_alone": flag(
            all(same(given, inputs[name]) for given, name in zip((*params, x, y), ("w", "b", "x", "y"), strict=True))
        ),
    }


PROBE = Probe.single("gradient_noise", "gradient_variance", _run)
