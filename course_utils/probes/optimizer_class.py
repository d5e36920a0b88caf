"""How the optimizer classes of the course are driven: given gradients, a few steps, the weights after each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.probes.base import Inputs, Outputs, Probe, ProbeFailure, as_array

__all__ = ["optimizer_probe"]

DEFAULTS_SUFFIX = "_defaults"


def optimizer_probe(exercise: str, name: str, hyperparameters: tuple[str, ...]) -> Probe:
    """Make the probe of an optimizer class `name(parameters, lr=..., **hyperparameters)` with a `step()`.

    Inputs: `weights_a`, `weights_b` (same shape) and `weights_c` (another shape), `gradients_*` with the steps as
    first axis, and a 0-d array for `lr` and each hyperparameter. Outputs: `weights_a` and `weights_b` after each step
    with these hyperparameters; `weights_c` after each step with the defaults; `gradients_left_alone`, 1.0 or 0.0.
    """

    def run(optimizer_class: Callable[..., Any], inputs: Inputs) -> Outputs:
        options = {key: float(inputs[key]) for key in ("lr", *hyperparameters)}
        pair, kept_pair = _drive(optimizer_class, inputs, ("a", "b"), options)
        single, kept_single = _drive(optimizer_class, inputs, ("c",), {})
        left_alone = np.array(float(kept_pair and kept_single))
        return {**pair, **single, "gradients_left_alone": left_alone}

    return Probe.single(exercise, name, run)


def _drive(
    optimizer_class: Callable[..., Any], inputs: Inputs, tensors: tuple[str, ...], options: dict[str, float]
) -> tuple[Outputs, bool]:
    parameters = [torch.tensor(inputs[f"weights_{name}"], dtype=torch.float64, requires_grad=True) for name in tensors]
    # A generator, as model.parameters() is one: it can be walked only once.
    optimizer = optimizer_class((parameter for parameter in parameters), **options)
    steps = len(inputs[f"gradients_{tensors[0]}"])
    trajectories: dict[str, list[NDArray[Any]]] = {f"weights_{name}": [] for name in tensors}
    left_alone = True
    for step in range(steps):
        given = [torch.tensor(inputs[f"gradients_{name}"][step], dtype=torch.float64) for name in tensors]
        for parameter, gradient in zip(parameters, given, strict=True):
            parameter.grad = gradient.clone()
        with torch.no_grad():
            optimizer.step()
        for name, parameter, gradient in zip(tensors, parameters, given, strict=True):
            trajectories[f"weights_{name}"].append(_weights(parameter, inputs[f"weights_{name}"].shape))
            left_alone &= parameter.grad is not None and torch.equal(parameter.grad, gradient)
    return {name: np.stack(values) for name, values in trajectories.items()}, left_alone


def _weights(parameter: torch.Tensor, shape: tuple[int, ...]) -> NDArray[Any]:
    if tuple(parameter.shape) != shape:
        raise ProbeFailure(f"step() changed the shape of a parameter from {shape} to {tuple(parameter.shape)}.")
    return as_array(parameter, "a parameter")
