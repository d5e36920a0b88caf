"""How `train_epoch(params, x_train, y_train, learning_rate, batch_size)` and `evaluate(params, x, y)` are exercised.

The order in which a solution takes the examples is its own affair, so nothing here depends on it. The updates are
compared on data whose rows are all alike; which rows a batch takes is seen by an activation that keeps a record.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.kits.comparing import array_equal, every, every_entry, flag
from course_utils.kits.probe import Inputs, Outputs, Part, Pieces, Probe, ProbeFailure, as_array, raw_array
from course_utils.kits.results import carries_graph
from course_utils.kits.stand_ins import LOSS_OF_OUTPUTS, TRAINED
from course_utils.kits.tensors import chance, numbers_of_rows, parameters, tensor

__all__ = ["PROBE"]

Params = list[tuple[Any, ...]]
TrainEpoch = Callable[[Params, torch.Tensor, torch.Tensor, float, int], Any]
EPOCHS, BATCHES = 3, 5
# No epoch is recorded further than so many times over the data.
MOST = 4


class Recorder:
    """A tanh that records which rows of `x` it was given, and whether a gradient came back."""

    def __init__(self, x: torch.Tensor) -> None:
        self.x = x
        self.params: Params = []
        self.forward: list[list[int]] = []
        self.backward: list[list[int]] = []

    def __call__(self, z: torch.Tensor) -> torch.Tensor:
        """Return tanh(z)."""
        w, b, _ = self.params[0]
        rows = torch.cdist(z.detach(), (self.x @ w + b).detach()).argmin(dim=1).tolist() if len(z) else []
        self.forward.append(rows)
        if z.requires_grad:
            z.register_hook(lambda _: self.backward.append(rows))
        return torch.tanh(z)

    def taken(self) -> list[list[int]]:
        """Return the batches since the last call: those that a gradient came back for, or if none did, all."""
        batches = self.backward or self.forward
        self.forward, self.backward = [], []
        return batches


def _update(train_epoch: TrainEpoch, inputs: Inputs) -> Pieces:
    """An epoch of batches 3 and 3, and two of batches 3, 3 and 1; all rows alike."""
    size, lr = int(inputs["batch_size"]), float(inputs["learning_rate"])
    x, y = _alike(inputs, 2 * size + 1)
    params, recorder = _params(inputs, x)
    yield from _full_batches(train_epoch, inputs)
    weights, reports, used, attached = [], [], [], False
    for _ in range(2):
        result = train_epoch(params, x, y, lr, size)
        reports.append(_report(result))
        attached = attached or carries_graph(*parameters(result, 2, "train_epoch"))
        weights.append(_flat(params, inputs))
        used.append(sum(map(len, recorder.taken())))
        yield {
            "weights": np.stack(weights),
            "examples_used": np.array(used, dtype=np.float64),
            "loss": np.array([loss for loss, _ in reports]),
            "accuracy": np.array([accuracy for _, accuracy in reports]),
        }
    yield {"plain_numbers": flag(not attached)}
    yield {"gradient_not_used": flag(every_entry(weights[1] == _start(inputs)) and _has_gradient(params))}


def _full_batches(train_epoch: TrainEpoch, inputs: Inputs) -> Pieces:
    size = int(inputs["batch_size"])
    x, y = _alike(inputs, 2 * size)
    params, _ = _params(inputs, x)
    loss, _ = _report(train_epoch(params, x, y, float(inputs["learning_rate"]), size))
    yield {"loss_full_batches": np.array(loss), "weights_full_batches": _flat(params, inputs)}


def _batches(train_epoch: TrainEpoch, inputs: Inputs) -> Outputs:
    """Three epochs over rows that are all different: the first input of each row taken, NaN where there are no more."""
    x, y = tensor(inputs["x"]), tensor(inputs["y"])
    params, recorder = _params(inputs, x)
    epochs = []
    with chance(int(inputs["seed"])):
        for _ in range(EPOCHS):
            train_epoch(params, x, y, float(inputs["learning_rate"]), int(inputs["rows_per_batch"]))
            epochs.append(recorder.taken())
        loss = _loss_of_pairs(train_epoch, inputs)
    sizes = [sorted(map(len, epoch), reverse=True) for epoch in epochs]
    taken = np.full((EPOCHS, MOST * len(x)), np.nan)
    for order, epoch in zip(taken, epochs, strict=True):
        rows = [row for batch in epoch for row in batch][: len(order)]
        order[: len(rows)] = inputs["x"][rows, 0]
    return {
        "batch_sizes": np.array([[*batches, *[0] * BATCHES][:BATCHES] for batches in sizes], dtype=np.float64),
        "taken": taken,
        "loss_of_pairs": np.array(loss),
    }


def _statements(raw: Outputs, inputs: Inputs) -> Outputs:
    """Return statements about the batches.

    Raises:
        ValueError: Arrays are missing, or there are rows that do not stand in the data.
    """
    taken = raw_array(raw, "taken", (EPOCHS, MOST * len(inputs["x"])))
    orders = [numbers_of_rows(values, inputs["x"][:, 0]) for values in taken]
    once = every(sorted(order) == sorted(set(order)) for order in orders)
    return {
        "batch_sizes": raw_array(raw, "batch_sizes", (EPOCHS, BATCHES)),
        "each_row_once": flag(once),
        "shuffled": flag(any(order != sorted(order) for order in orders)),
        "new_order_each_epoch": flag(len({tuple(order) for order in orders}) > 1),
        "pairs_kept": flag(abs(float(raw_array(raw, "loss_of_pairs", ()))) < 1e-3),
    }


def _loss_of_pairs(train_epoch: TrainEpoch, inputs: Inputs) -> float:
    """Train a unit that is right and sure about every example: if it is told otherwise, the pairs were broken."""
    y = tensor(inputs["y_sure"])
    x = torch.stack([60 * y - 30, torch.linspace(-1, 1, len(y), dtype=torch.float64)], dim=1)
    params = [(tensor(np.array([[1.0], [0.0]])), tensor(np.zeros(1)), torch.sigmoid)]
    loss, _ = _report(train_epoch(params, x, y, 1e-6, 8))
    return loss


def _evaluate(evaluate: Callable[..., Any], inputs: Inputs) -> Outputs:
    x, y = tensor(inputs["x"]), tensor(inputs["y"])
    params, _ = _params(inputs, x)
    for w, b, _ in params:  # as after an epoch
        w.requires_grad_(), b.requires_grad_()
    results = parameters(evaluate(params, x, y), 2, "evaluate")
    loss, accuracy = (as_array(value, "a result of evaluate", ()) for value in results)
    return {
        "loss": loss,
        "accuracy": accuracy,
        "plain_numbers": flag(not carries_graph(*results)),
        "parameters_left_alone": flag(array_equal(_flat(params, inputs), _start(inputs))),
    }


def _params(inputs: Inputs, x: torch.Tensor) -> tuple[Params, Recorder]:
    """Return layers as `make_layer` gives them, not tracked, and what records their batches."""
    w0, b0, w1, b1 = (tensor(inputs[name]) for name in ("w0", "b0", "w1", "b1"))
    recorder = Recorder(x)
    recorder.params = [(w0, b0, recorder), (w1, b1, torch.sigmoid)]
    return recorder.params, recorder


def _alike(inputs: Inputs, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    return tensor(np.tile(inputs["row"], (count, 1))), tensor(np.full(count, inputs["label"]))


def _report(result: object) -> list[float]:
    values = parameters(result, 2, "train_epoch")
    return [float(as_array(value, "a result of train_epoch", ())) for value in values]


def _flat(params: Params, inputs: Inputs) -> NDArray[Any]:
    """Return all weights and biases in one vector, as they stand in the list now."""
    shapes = [inputs[name].shape for name in ("w0", "b0", "w1", "b1")]
    if len(params) != 2 or any(len(layer) != 3 for layer in params):
        raise ProbeFailure("train_epoch changed the list of parameters; expected the same (w, b, h) per layer.")
    leaves = [value for layer in params for value in layer[:2]]
    arrays = [as_array(leaf, "a parameter", shape) for leaf, shape in zip(leaves, shapes, strict=True)]
    return np.concatenate([array.ravel() for array in arrays])


def _start(inputs: Inputs) -> NDArray[Any]:
    return np.concatenate([inputs[name].ravel() for name in ("w0", "b0", "w1", "b1")])


def _has_gradient(params: Params) -> bool:
    grads = [getattr(value, "grad", None) for layer in params for value in layer[:2]]
    return any(grad is not None and bool(grad.any()) for grad in grads)


PROBE = Probe(
    "training_epoch",
    ("train_epoch", "evaluate"),
    (
        Part("the updates", ("train_epoch",), _update, upon=TRAINED),
        Part("the batches", ("train_epoch",), _batches, summarise=_statements, upon=LOSS_OF_OUTPUTS),
        Part("evaluate", ("evaluate",), _evaluate, upon=TRAINED),
    ),
)
