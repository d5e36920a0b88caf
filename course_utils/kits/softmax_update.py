"""How the update functions `(loss, params, state, lr, ...)` are exercised: a softmax model on small images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from course_utils.kits.calls import call, float64_by_default
from course_utils.kits.probe import Inputs, Pieces, Probe, ProbeFailure, as_array

__all__ = ["update_probe"]


def update_probe(exercise: str, declared: str, state: str, options: tuple[str, ...]) -> Probe:
    """Make the probe of an update function.

    Inputs: `images` (steps, batch, features) and `labels` (steps, batch), one minibatch for each step; `weight`
    (classes, features) and `bias` (classes,); `state_*` and `stale_*` of the same shapes: the state before the first
    step, and gradients that an earlier backward() has left; a 0-d array for each option. Outputs: `bias` and
    `state_bias` after each step, `weight` and `state_weight` after the last; `bias_default` and `state_bias_default`
    after each step with the default options.

    Args:
        exercise: Exercise id.
        declared: The signature in the text, as in "momentum_update(loss, params, grad_vel, lr=1e-3, beta=0.8)".
        state: Name of the list that the function updates, as in "grad_vel".
        options: Names of the options, `lr` included.
    """

    def run(function: object, inputs: Inputs) -> Pieces:
        chosen = {name: float(inputs[name]) for name in options}
        with float64_by_default():
            yield from _drive(function, declared, state, inputs, chosen)
            for default in _drive(function, declared, state, inputs, {}):
                yield {f"{name}_default": array for name, array in default.items() if name in ("bias", "state_bias")}

    return Probe.single(exercise, declared.partition("(")[0], run)


def _drive(function: object, declared: str, state: str, inputs: Inputs, options: Mapping[str, float]) -> Pieces:
    params = [torch.nn.Parameter(torch.tensor(inputs[name])) for name in ("weight", "bias")]
    kept = [torch.tensor(inputs[f"state_{name}"]) for name in ("weight", "bias")]
    for parameter, name in zip(params, ("weight", "bias"), strict=True):
        parameter.grad = torch.tensor(inputs[f"stale_{name}"])
    given = list(params)
    histories: dict[str, list[np.ndarray[Any, Any]]] = {"bias": [], "state_bias": []}
    for images, labels in zip(inputs["images"], inputs["labels"], strict=True):
        loss = _loss(params, torch.tensor(images), torch.tensor(labels, dtype=torch.int64))
        call(function, declared, loss, given, kept, **options)
        if len(kept) != len(params):
            raise ProbeFailure(f"{state} has {len(kept)} entries after the call; expected {len(params)}, as before.")
        histories["bias"].append(as_array(params[1], "params[1]", inputs["bias"].shape))
        histories["state_bias"].append(as_array(kept[1], f"{state}[1]", inputs["bias"].shape))
        yield {name: np.stack(values) for name, values in histories.items()}
    yield {
        "weight": as_array(params[0], "params[0]", inputs["weight"].shape),
        "state_weight": as_array(kept[0], f"{state}[0]", inputs["weight"].shape),
    }


def _loss(params: list[torch.nn.Parameter], images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    weight, bias = params
    return cross_entropy(images @ weight.T + bias, labels)
