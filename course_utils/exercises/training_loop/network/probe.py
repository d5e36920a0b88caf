"""How `network(x, params)` is exercised: one logistic unit, and layers with an activation each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch

from course_utils.kits.probe import Inputs, Outputs, Part, Probe, as_array
from course_utils.kits.results import carries_graph
from course_utils.kits.tensors import flag, same, tensor

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
        "inputs_left_alone": flag(all(same(value, inputs[name]) for name, value in given.items())),
    }


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
    ("network",),
    (
        Part("one unit", ("network",), partial(_run, "unit")),
        Part("several layers", ("network",), partial(_run, "deep")),
    ),
)
