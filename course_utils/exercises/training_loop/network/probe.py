"""How `logistic_unit(x, w, b)` and `network(x, params)` are exercised: a layer of one unit, and several layers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch

from course_utils.kits.calls import call
from course_utils.kits.comparing import every, flag
from course_utils.kits.probe import Inputs, Outputs, Part, Probe, as_array
from course_utils.kits.results import carries_graph
from course_utils.kits.stand_ins import SIGMOID
from course_utils.kits.tensors import same, tensor

__all__ = ["PROBE"]

Network = Callable[[torch.Tensor, list[tuple[Any, ...]]], Any]
ACTIVATIONS = {"unit": (torch.sigmoid,), "deep": (torch.tanh, torch.relu, torch.sigmoid)}


def _run(kind: str, network: Network, inputs: Inputs) -> Outputs:
    """Return the outputs, flat, and separately their shapes, for a batch and for a batch of one row."""
    given = {name: tensor(array) for name, array in inputs.items() if name.startswith(f"{kind}_")}
    params = [(given[f"{kind}_w{i}"], given[f"{kind}_b{i}"], h) for i, h in enumerate(ACTIVATIONS[kind])]
    batch = as_array(network(given[f"{kind}_x"], params), "the return value of network")
    row = as_array(network(tensor(inputs[f"{kind}_x"][:1]), params), "the return value of network for one row")
    return {
        "outputs": batch.ravel(),
        "output_of_one_row": row.ravel(),
        "shape": _padded(batch.shape),
        "shape_of_one_row": _padded(row.shape),
        "graph": flag(carries_graph(_tracked(kind, network, inputs))),
        "inputs_left_alone": flag(every(same(value, inputs[name]) for name, value in given.items())),
    }


def _run_unit(logistic_unit: object, inputs: Inputs) -> Outputs:
    """Return the outputs of one unit for a batch, for a batch of one row, and for a row that is no batch."""
    batch, weights = tensor(inputs["unit_x"]), tensor(inputs["unit_w0"][:, 0])
    bias = tensor(inputs["unit_b0"][0])
    given = {"batch": batch, "batch_of_one": batch[:1], "one_example": batch[0]}
    found = {
        name: as_array(
            call(logistic_unit, "logistic_unit(x, w, b)", x, weights, bias),
            f"the return value of logistic_unit for x of shape {tuple(x.shape)}",
            tuple(x.shape[:-1]),
        )
        for name, x in given.items()
    }
    tracked = call(logistic_unit, "logistic_unit(x, w, b)", batch, weights.clone().requires_grad_(), bias)
    return {**found, "unit_graph": flag(carries_graph(tracked))}


def _tracked(kind: str, network: Network, inputs: Inputs) -> object:
    """Return the outputs for parameters that are tracked, as they are when an epoch begins."""
    params = [
        (tensor(inputs[f"{kind}_w{i}"]).requires_grad_(), tensor(inputs[f"{kind}_b{i}"]).requires_grad_(), h)
        for i, h in enumerate(ACTIVATIONS[kind])
    ]
    return network(tensor(inputs[f"{kind}_x"]), params)


def _padded(shape: tuple[int, ...]) -> Any:
    """Return a shape as three numbers; 0 stands for a dimension that is not there."""
    return np.array([*shape, 0, 0, 0][:3], dtype=np.float64)


PROBE = Probe(
    "network",
    ("logistic_unit", "network"),
    (
        Part("logistic_unit", ("logistic_unit",), _run_unit, upon=SIGMOID),
        Part("one unit", ("network",), partial(_run, "unit")),
        Part("several layers", ("network",), partial(_run, "deep")),
    ),
)
