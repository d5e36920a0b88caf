"""How `gradient_variance(loss_fn, params, x, y, batch_size, num_draws, generator)` is exercised.

On a linear model whose weights are two tensors, with squared error, for three batch sizes. The loss function that a
solution is given keeps a record of the rows that it is called with.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.probes.base import Inputs, Outputs, Probe, as_array
from course_utils.probes.tensors import chance, flag, same, tensor

__all__ = ["BATCH_SIZES", "PROBE"]

BATCH_SIZES = (1, 4, 16)
SHORT = 20
SMALLEST = 1e-300


class RecordingLoss:
    """Mean squared error of a linear model; notes the batch sizes, and whether each row came with its own target."""

    def __init__(self, inputs: Inputs) -> None:
        self.targets = dict(zip(inputs["x"][:, 0].tolist(), inputs["y"].tolist(), strict=True))
        self.pairs_kept = True
        self.look_at_pairs = False
        self.left_alone = True
        self.sizes: set[int] = set()

    def __call__(self, params: list[torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Return the mean over the rows of x."""
        self.sizes.add(len(x))
        if self.look_at_pairs:
            self.pairs_kept &= [self.targets.get(first) for first in x[:, 0].tolist()] == y.tolist()
        w, v = params
        return ((x[:, : len(w)] @ w + x[:, len(w) :] @ v - y) ** 2).mean()


def _measure(
    gradient_variance: Callable[..., Any], loss_fn: RecordingLoss, inputs: Inputs, batch_size: int, draws: int
) -> NDArray[Any]:
    """Return the result for fresh tensors, and note whether these stay as they are."""
    params = [tensor(inputs[name]).requires_grad_() for name in ("w", "v")]
    x, y = tensor(inputs["x"]), tensor(inputs["y"])
    generator = torch.Generator().manual_seed(int(inputs["seed"]) + batch_size)
    value = gradient_variance(loss_fn, params, x, y, batch_size, draws, generator)
    given = zip((*params, x, y), ("w", "v", "x", "y"), strict=True)
    loss_fn.left_alone = all(same(one, inputs[name]) for one, name in given)
    return as_array(value, "the return value of gradient_variance", ())


def _run(gradient_variance: Callable[..., Any], inputs: Inputs) -> Outputs:
    """Return logarithms of the variances, so that a tolerance means a ratio, and statements.

    Where rows that are all alike make more noise the more often they are drawn, gradients pile up: then the variances
    depend on chance too much to be compared, and are NaN.
    """
    loss_fn = RecordingLoss(inputs)
    measure = partial(_measure, gradient_variance, loss_fn)
    logarithms, sizes_right = [], True
    with chance(int(inputs["seed"])):
        piled = _piles_up(measure, inputs)
        for size in BATCH_SIZES:
            loss_fn.sizes.clear()
            variance = measure(inputs, size, int(inputs["num_draws"]))
            logarithms.append(np.nan if piled or variance < 0 else np.log(np.maximum(variance, SMALLEST)))
            sizes_right &= loss_fn.sizes <= {size, len(inputs["x"])}
        left_alone = loss_fn.left_alone
        loss_fn.look_at_pairs = True
        repeatable = bool(measure(inputs, 4, SHORT) == measure(inputs, 4, SHORT))
    return {
        "variance": np.array(logarithms, dtype=np.float64),
        "draws_apart": flag(not piled),
        "batch_size_used": flag(sizes_right),
        "pairs_kept": flag(loss_fn.pairs_kept),
        "repeatable": flag(repeatable),
        "inputs_left_alone": flag(left_alone),
    }


def _piles_up(measure: Callable[..., Any], inputs: Inputs) -> bool:
    count = len(inputs["x"])
    alike = {**inputs, "x": np.tile(inputs["x"][:1], (count, 1)), "y": np.full(count, inputs["y"][0])}
    few, many = (float(measure(alike, 4, draws)) for draws in (SHORT, 4 * SHORT))
    return many > 1.5 * few + 1e-9


PROBE = Probe.single("gradient_noise", "gradient_variance", _run)
