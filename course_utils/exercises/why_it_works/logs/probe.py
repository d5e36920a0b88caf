"""How `compute_objective`, `compute_accuracy`, `compute_logs` and `minibatch_sgd_one_pass` are exercised.

One pass draws its minibatches by itself, so its steps are compared on rows that are all alike; which rows it takes is
seen on rows that all differ.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from course_utils.kits.calls import call
from course_utils.kits.comparing import every, flag
from course_utils.kits.probe import Inputs, Outputs, Part, Pieces, Probe, as_array, raw_array
from course_utils.kits.stand_ins import LOSS, LOSS_AND_ACCURACY
from course_utils.kits.tensors import chance, numbers_of_rows
from course_utils.kits.unpack import unpack
from course_utils.kits.watched_nets import afterwards, batch, copy_of, normalised_net, plain_net, plain_number, watch

__all__ = ["PROBE"]

Student = Callable[..., Any]
PASS = "minibatch_sgd_one_pass(net, X, y, learning_rate, batch_size)"
# More than a pass takes; what is beyond is not recorded.
BATCHES, ROWS = 64, 64
LOGS = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")


MEASURES = ("objective", "accuracy")


def _measures(compute_objective: Student, compute_accuracy: Student, inputs: Inputs) -> Pieces:
    """Measure one net in evaluation mode, and for each function another one in training mode."""
    x, y = batch(inputs, "rows")
    functions = dict(zip(MEASURES, (compute_objective, compute_accuracy), strict=True))
    net = normalised_net(inputs).eval()
    before = copy_of(net)
    with chance(int(inputs["seed"])):
        values = {name: _measured(function, name, net, x, y) for name, function in functions.items()}
        yield {**values, **_kept(net, before)}
        nets = {name: normalised_net(inputs) for name in functions}
        for name, function in functions.items():
            yield {f"{name}_in_training": _measured(function, name, nets[name], x, y)}
    still = every(module.training for one in nets.values() for module in one.modules())
    yield {"training_mode_kept": flag(still)}


def _measured(function: Student, name: str, net: nn.Module, x: torch.Tensor, y: torch.Tensor) -> NDArray[Any]:
    value = call(function, f"compute_{name}(net, X, y)", net, x, y)
    return as_array(value, f"the return value of compute_{name}", ())


def _kept(net: nn.Module, before: nn.Module) -> Outputs:
    found = afterwards(net, before)
    return {name: found[name] for name in ("parameters_kept", "statistics_kept", "modes_kept")}


def _logs(compute_logs: Student, inputs: Inputs) -> Outputs:
    """Measure a net in training mode, whose running statistics are not those of any batch here."""
    net = normalised_net(inputs)
    before = copy_of(net)
    declared = "compute_logs(net, X_train, y_train, X_test, y_test)"
    with chance(int(inputs["seed"])):
        returned = call(compute_logs, declared, net, *batch(inputs, "rows"), *batch(inputs, "test"))
        still = normalised_net(inputs).eval()
        compute_logs(still, *batch(inputs, "rows"), *batch(inputs, "test"))
    values = unpack(returned, "compute_logs", LOGS)
    numbers = [plain_number(value, name) for name, value in zip(LOGS, values, strict=True)]
    return {
        "logs": np.array([number for number, _ in numbers]),
        "plain_numbers": flag(every(free for _, free in numbers)),
        "evaluation_mode_kept": flag(not any(module.training for module in still.modules())),
        **_kept(net, before),
    }


def _one_pass(one_pass: Student, inputs: Inputs) -> Pieces:
    """Make a pass over alike rows of which the number of batches is rounded down, and one where it is rounded up."""
    weights, losses = [], []
    with chance(int(inputs["seed"])):
        for count in inputs["counts"]:
            net = plain_net(inputs)
            x, y = batch(inputs, "row")
            rows = int(count)
            given = (net, x.repeat(rows, 1, 1, 1), y.repeat(rows))
            loss = call(one_pass, PASS, *given, float(inputs["step"]), int(inputs["batch_size"]))
            weights.append(_flat(net))
            losses.append(plain_number(loss, "the return value of minibatch_sgd_one_pass")[0])
            yield {"weights": np.stack(weights), "loss": np.array(losses)}


def _flat(net: nn.Module) -> NDArray[Any]:
    return np.concatenate([as_array(parameter, "a parameter").ravel() for parameter in net.parameters()])


def _draws(one_pass: Student, inputs: Inputs) -> Outputs:
    """Return the first pixel of each row that two passes take: (passes, BATCHES, ROWS), NaN where there are no more."""
    x, y = batch(inputs, "rows")
    net, size = normalised_net(inputs), int(inputs["batch_size"])
    seen = watch(net, x)
    passes = []
    with chance(int(inputs["seed"])):
        for _ in range(2):
            free = plain_number(one_pass(net, x, y, 0.01, size), "the return value of minibatch_sgd_one_pass")[1]
            batches = [rows for rows, graph in zip(seen.rows, seen.with_graph, strict=True) if graph]
            passes.append(_pixels(batches, _first_pixels(inputs)))
            seen.rows.clear()
            seen.with_graph.clear()
    in_training_mode, plain = flag(every(seen.training)), flag(free)
    return {"taken": np.stack(passes), "in_training_mode": in_training_mode, "plain_number": plain}


def _pixels(batches: list[list[int]], first: NDArray[Any]) -> NDArray[Any]:
    pixels = np.full((BATCHES, ROWS), np.nan)
    for line, rows in zip(pixels, batches, strict=False):
        line[: len(rows)] = first[rows[:ROWS]]
    return pixels


def _first_pixels(inputs: Inputs) -> NDArray[Any]:
    pixels: NDArray[Any] = inputs["rows_x"].reshape(len(inputs["rows_x"]), -1)[:, 0]
    return pixels


def _statements(raw: Outputs, inputs: Inputs) -> Outputs:
    """Return statements about the draws.

    Raises:
        ValueError: Arrays are missing, or there are rows that do not stand in the data.
    """
    count, size, first = len(inputs["rows_x"]), int(inputs["batch_size"]), _first_pixels(inputs)
    lines = [
        [numbers_of_rows(line, first) for line in pixels] for pixels in raw_array(raw, "taken", (2, BATCHES, ROWS))
    ]
    passes = [[batch_rows for batch_rows in one if batch_rows] for one in lines]
    rows = [row for batch_rows in passes[0] for row in batch_rows]
    return {
        "batches_of_the_size": flag(every(len(one) == size for one in passes[0][:-1])),
        "several_batches": flag(len(passes[0]) > 1),
        "last_batch": np.array(float(len(passes[0][-1]) if passes[0] else 0)),
        "some_row_twice": flag(len(set(rows)) < len(rows)),
        "other_rows_next_time": flag(passes[0] != passes[1]),
        "random_order": flag(rows != [i % count for i in range(len(rows))]),
        "in_training_mode": raw_array(raw, "in_training_mode", ()),
        "plain_number": raw_array(raw, "plain_number", ()),
    }


PROBE = Probe(
    "logs",
    ("compute_objective", "compute_accuracy", "compute_logs", "minibatch_sgd_one_pass"),
    (
        Part("compute_objective and compute_accuracy", ("compute_objective", "compute_accuracy"), _measures),
        Part("compute_logs", ("compute_logs",), _logs, upon=LOSS_AND_ACCURACY),
        Part("the steps of a pass", ("minibatch_sgd_one_pass",), _one_pass, upon=LOSS),
        Part("the draws of a pass", ("minibatch_sgd_one_pass",), _draws, summarise=_statements),
    ),
)
