"""How `WeightAverage(model, decay=0.999)` is exercised: three updates of a network that changes in between.

The network has a linear layer and a batch normalization, whose buffers are two tensors of floats and a count.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from course_utils.kits.calls import make
from course_utils.kits.comparing import every, flag, tensors_equal
from course_utils.kits.probe import Inputs, Outputs, Probe, ProbeFailure, as_array
from course_utils.kits.tensors import chance, tensor

__all__ = ["AFTERWARDS", "PROBE"]

DECLARED = "WeightAverage(model, decay=0.999)"
# Moments of a training: the start, the updates, and what the network holds that the average is copied to.
UPDATES = 3
AFTERWARDS = UPDATES + 1
NAMES = {"0.weight": "weight", "0.bias": "bias", "1.weight": "gain", "1.bias": "shift"}
FLOATS = ("running_mean", "running_var")


def _run(average_class: object, inputs: Inputs) -> Outputs:
    model = _network(inputs, 0)
    found = _followed(average_class, model, inputs, decay=float(inputs["decay"]))
    target = _network(inputs, AFTERWARDS)
    held = list(target.parameters())
    copied = _copied(found, target)
    in_place = every(one is other for one, other in zip(held, target.parameters(), strict=True))
    # Further training of the copy must not reach the average.
    with torch.no_grad():
        for values in target.state_dict().values():
            values.add_(1)
    again = _copied(found, _network(inputs, AFTERWARDS))
    default = _followed(average_class, _network(inputs, 0), inputs)
    return {
        **copied,
        "default_parameters": _copied(default, _network(inputs, AFTERWARDS))["parameters"],
        "again_parameters": again["parameters"],
        "again_statistics": again["statistics"],
        "model_left_alone": flag(_equal(model, _network(inputs, UPDATES))),
        "copied_in_place": flag(in_place),
    }


def _followed(average_class: object, model: nn.Module, inputs: Inputs, **options: float) -> Any:
    """Return an average that was updated at each moment of the training of `model`."""
    with chance(0):
        average = make(average_class, DECLARED, model, **options)
    for name in ("update", "copy_to"):
        if not callable(getattr(average, name, None)):
            raise ProbeFailure(f"An object of WeightAverage has no method {name}().")
    for number in range(1, UPDATES + 1):
        _set(model, inputs, number)
        if average.update() is NotImplemented:
            raise NotImplementedError
    return average


def _copied(average: Any, target: nn.Module) -> Outputs:
    """Return what a network holds after the average was copied to it."""
    average.copy_to(target)
    state = target.state_dict()
    parameters = [as_array(parameter, "a parameter").ravel() for parameter in target.parameters()]
    return {
        "parameters": np.concatenate(parameters),
        "statistics": np.stack([as_array(state[f"1.{name}"], name) for name in FLOATS]),
        "count": as_array(state["1.num_batches_tracked"], "num_batches_tracked", ()),
    }


def _network(inputs: Inputs, number: int) -> nn.Module:
    features, units = inputs["weight"].shape[2], inputs["weight"].shape[1]
    model = nn.Sequential(nn.Linear(features, units), nn.BatchNorm1d(units)).double()
    _set(model, inputs, number)
    return model


def _set(model: nn.Module, inputs: Inputs, number: int) -> None:
    """Give the network the values of one moment of its training, in place."""
    with torch.no_grad():
        for name, values in model.state_dict().items():
            key = NAMES.get(name, name.partition(".")[2])
            values.copy_(tensor(inputs[key][number], values.dtype))


def _equal(model: nn.Module, other: nn.Module) -> bool:
    some, others = model.state_dict(), other.state_dict()
    return every(tensors_equal(values, others[name]) for name, values in some.items())


PROBE = Probe.single("weight_average", "WeightAverage", _run)
