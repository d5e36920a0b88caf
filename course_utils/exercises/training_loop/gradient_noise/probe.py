"""How `gradient_variance(loss_fn, params, x, y, batch_size, num_draws, generator)` is exercised.

On a linear model whose weights are two tensors, with squared error, for three batch sizes. The loss function that a
solution is given keeps a record of the rows that it is called with. Results and records come back as they are; what is
said about them is found from the data, and rows that do not stand in the data say nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.kits.comparing import array_equal, close, every, flag
from course_utils.kits.probe import Inputs, Outputs, Probe, ProbeFailure, as_array, raw_array, show
from course_utils.kits.tensors import chance, tensor

__all__ = ["BATCH_SIZES", "MEASURED", "NO_DRAWS", "NO_NOISE", "PROBE", "generator"]

BATCH_SIZES = (1, 4, 16)
SHORT = 20
# What comes of a single draw: noise, none at all, or what comes of many draws; NaN where nothing comes of it.
MEASURED, NO_NOISE, NO_DRAWS = 1.0, 0.0, 2.0
SMALLEST = 1e-300
# A smaller share of the noise is rounding.
NOISE = 1e-9
GIVEN = ("w", "v", "x", "y")
# So many calls are recorded: the whole set and SHORT draws, twice, and some more.
CALLS = 64
# Inputs that somebody rounded to single precision are still those inputs.
NEAR = 1e-6


class RecordingLoss:
    """Mean squared error of a linear model; notes the batch sizes and, on demand, the rows.

    Attributes:
        used: 1.0 for each number of rows that it was called with, shape (N + 1,); the last one stands for more, too.
        rows: First input and target of each row of a call, NaN where there is none; shape (CALLS, N, 2).
        calls: How many calls were recorded; None until that is asked for.
    """

    def __init__(self, count: int) -> None:
        self.used = np.zeros(count + 1)
        self.rows = np.full((CALLS, count, 2), np.nan)
        self.calls: int | None = None

    def __call__(self, params: list[torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Return the mean over the rows of x."""
        self.used[min(len(x), len(self.used) - 1)] = 1.0
        if self.calls is not None and self.calls < CALLS:
            pairs = list(zip(x[:, 0].tolist(), y.reshape(-1).tolist(), strict=False))[: self.rows.shape[1]]
            self.rows[self.calls, : len(pairs)] = np.reshape(pairs, (-1, 2))
            self.calls += 1
        w, v = params
        return ((x[:, : len(w)] @ w + x[:, len(w) :] @ v - y) ** 2).mean()


def generator(inputs: Inputs, batch_size: int) -> torch.Generator:
    """Return the source of chance for minibatches of this size."""
    return torch.Generator().manual_seed(int(inputs["seed"]) + batch_size)


def _measure(
    gradient_variance: Callable[..., Any], loss_fn: RecordingLoss, inputs: Inputs, batch_size: int, draws: int
) -> tuple[NDArray[Any], Outputs]:
    """Return the result for fresh tensors, and these tensors as they are afterwards."""
    params = [tensor(inputs[name]).requires_grad_() for name in ("w", "v")]
    x, y = tensor(inputs["x"]), tensor(inputs["y"])
    value = gradient_variance(loss_fn, params, x, y, batch_size, draws, generator(inputs, batch_size))
    after = {name: as_array(one, name) for name, one in zip(GIVEN, (*params, x, y), strict=True)}
    return as_array(value, "the return value of gradient_variance", ()), after


def _run(gradient_variance: Callable[..., Any], inputs: Inputs) -> Outputs:
    """Return variances: of rows all alike, for each batch size, of a single draw, and of some twice; and records."""
    count = len(inputs["x"])
    alike = {**inputs, "x": np.tile(inputs["x"][:1], (count, 1)), "y": np.full(count, inputs["y"][0])}
    variances, used = [], []
    with chance(int(inputs["seed"])):
        measure = partial(_measure, gradient_variance)
        for size in BATCH_SIZES:
            loss_fn = RecordingLoss(count)
            variance, after = measure(loss_fn, inputs, size, int(inputs["num_draws"]))
            show(_logarithm(variance))
            variances.append(variance)
            used.append(loss_fn.used)
        piled = [measure(RecordingLoss(count), alike, 4, draws)[0] for draws in (SHORT, 4 * SHORT)]
        single = _single(measure, RecordingLoss(count), inputs)
        recorder = RecordingLoss(count)
        recorder.calls = 0
        twice = [measure(recorder, inputs, 4, SHORT)[0] for _ in range(2)]
    raw = {
        "piled": piled,
        "variances": variances,
        "used": used,
        "twice": twice,
        "rows": recorder.rows,
        "single": single,
    }
    return {**{name: np.array(value) for name, value in raw.items()}, **after}


def _single(measure: Callable[..., tuple[NDArray[Any], Outputs]], loss_fn: RecordingLoss, inputs: Inputs) -> Any:
    """Return the result for one draw; NaN where that fails, as a variance of one number does."""
    try:
        return measure(loss_fn, inputs, BATCH_SIZES[1], 1)[0]
    except Exception:  # whatever comes of a single number; more of them are no problem
        return np.nan


def _of_a_single_draw(single: float, of_many: float) -> float:
    if np.isnan(single):
        return np.nan
    if close(single, of_many, rtol=1e-9, atol=0):
        return NO_DRAWS
    return MEASURED if single > NOISE * abs(of_many) else NO_NOISE


def _statements(raw: Outputs, inputs: Inputs) -> Outputs:
    """Return logarithms of the variances, so that a tolerance means a ratio, and statements.

    Where rows that are all alike make more noise the more often they are drawn, gradients pile up: then the variances
    depend on chance too much to be compared, and are NaN.
    """
    count = len(inputs["x"])
    few, many = raw_array(raw, "piled", (2,))
    piled = bool(many > 1.5 * few + 1e-9)
    variances = raw_array(raw, "variances", (len(BATCH_SIZES),))
    used = raw_array(raw, "used", (len(BATCH_SIZES), count + 1)) > 0
    allowed = [[size in (batch_size, count) for size in range(count + 1)] for batch_size in BATCH_SIZES]
    one, other = raw_array(raw, "twice", (2,))
    logarithms = np.where((variances < 0) | piled, np.nan, _logarithm(variances))
    return {
        "variance": logarithms,
        "draws_apart": flag(not piled),
        "batch_size_used": flag(not (used & ~np.array(allowed)).any()),
        "pairs_kept": flag(_pairs_kept(raw, inputs)),
        "repeatable": flag(bool(one == other)),
        "single_draw": np.array(_of_a_single_draw(float(raw_array(raw, "single", ())), float(variances[1]))),
        "inputs_left_alone": flag(every(array_equal(raw[name], inputs[name]) for name in GIVEN)),
    }


def _logarithm(variances: NDArray[Any]) -> NDArray[Any]:
    logarithms: NDArray[Any] = np.log(np.maximum(variances, SMALLEST))
    return logarithms


def _pairs_kept(raw: Outputs, inputs: Inputs) -> bool:
    """Say whether each row came with its own target.

    Raises:
        ProbeFailure: There are rows that do not stand in the data, or none at all.
    """
    rows = raw_array(raw, "rows", (CALLS, len(inputs["x"]), 2)).reshape(-1, 2)
    rows = rows[~np.isnan(rows).all(axis=1)]
    if not len(rows):
        raise ProbeFailure("gradient_variance never called loss_fn; without its gradients there is nothing to measure.")
    distances = np.abs(rows[:, :1] - inputs["x"][:, 0])
    found = distances.argmin(axis=1)
    if not distances.min(axis=1).max() < NEAR:
        raise ProbeFailure("gradient_variance called loss_fn with rows that are not in x.")
    return array_equal(rows, np.stack([inputs["x"][found, 0], inputs["y"][found]], axis=1))


PROBE = Probe.single("gradient_noise", "gradient_variance", _run, _statements)
