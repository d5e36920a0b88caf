"""How `LossScaler(scale=2.0**16, growth_interval=2000)` is exercised: a few steps, some with gradients that overflow.

The scale is read from the gradient of what `scale_loss` makes of a loss, so that its name does not matter.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import torch

from course_utils.kits.calls import make
from course_utils.kits.probe import Inputs, Pieces, Probe, ProbeFailure, as_array
from course_utils.kits.tensors import chance, tensor

__all__ = ["PROBE", "STEPS"]

DECLARED = "LossScaler(scale=2.0**16, growth_interval=2000)"
INTERVAL = 3
STEPS = 18
INFINITY, NAN = float("inf"), float("nan")
# The steps in which an entry of the first or of the second gradient overflows; in the last of them, all entries do.
OVERFLOWS = {2: (1, INFINITY), 9: (0, NAN), 11: (1, -INFINITY), 13: (0, INFINITY)}
ALL_OVERFLOW = 15


def _run(scaler_class: object, inputs: Inputs) -> Pieces:
    """Yield the scales, the answers of `step` and the weights after each step, then what has a default value."""
    start = float(inputs["scale"])
    with chance(0):
        scaler = make(scaler_class, DECLARED, scale=start, growth_interval=INTERVAL)
    _look_for_methods(scaler)
    params = [torch.nn.Parameter(tensor(inputs[f"weights_{key}"])) for key in "ab"]
    unused = torch.nn.Parameter(torch.ones(2, dtype=torch.float64))
    optimizer = torch.optim.SGD([*params, unused], lr=float(inputs["lr"]))
    scales, stepped, weights = [_scale(scaler)], [], []
    for number in range(STEPS):
        _set_gradients(params, inputs, number, scales[-1])
        stepped.append(_answer(scaler.step(optimizer, [*params, unused])))
        scales.append(_scale(scaler))
        weights.append(np.concatenate([as_array(one, "a parameter").ravel() for one in params]))
        yield {"scales": np.array(scales[1:]), "stepped": np.array(stepped), "weights": np.stack(weights)}
    yield {"defaults": _defaults(scaler_class)}


def _look_for_methods(scaler: object) -> None:
    for name in ("scale_loss", "step"):
        if not callable(getattr(scaler, name, None)):
            raise ProbeFailure(f"An object of LossScaler has no method {name}().")


def _scale(scaler: Any) -> float:
    """Return the factor that a gradient has when one goes backward from the scaled loss."""
    loss = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    scaled = scaler.scale_loss(loss)
    if scaled is NotImplemented:
        raise NotImplementedError
    if not isinstance(scaled, torch.Tensor) or not scaled.requires_grad:
        raise ProbeFailure("what scale_loss returned has no graph; expected a tensor that one can go backward from.")
    (factor,) = torch.autograd.grad(scaled.sum(), loss)
    return float(factor)


def _set_gradients(params: list[torch.nn.Parameter], inputs: Inputs, number: int, scale: float) -> None:
    """Set the gradients of a scaled loss, and an overflow where there is one."""
    for parameter, key in zip(params, "ab", strict=True):
        parameter.grad = scale * tensor(inputs[f"gradients_{key}"][number])
    gradients = [parameter.grad.view(-1) for parameter in params if parameter.grad is not None]
    if number in OVERFLOWS:
        place, value = OVERFLOWS[number]
        gradients[place][1] = value
    if number == ALL_OVERFLOW:
        for gradient in gradients:
            gradient.fill_(INFINITY)


def _answer(value: object) -> float:
    """Return 1.0 for True and 0.0 for False."""
    if value is NotImplemented:
        raise NotImplementedError
    is_single = isinstance(value, torch.Tensor | np.ndarray | np.generic) and len(value.shape) == 0
    plain = value.item() if is_single else value  # type: ignore[attr-defined]
    if isinstance(plain, bool):
        return float(plain)
    return float(as_array(plain, "the return value of step", ()))


def _defaults(scaler_class: object) -> np.ndarray[Any, Any]:
    """Return the scale of a scaler that is made without arguments, and its interval, NaN where it has no default."""
    interval = inspect.signature(scaler_class).parameters.get("growth_interval")  # type: ignore[arg-type]
    default = interval.default if interval else None
    return np.array([_scale(make(scaler_class, DECLARED)), default if isinstance(default, int | float) else np.nan])


PROBE = Probe.single("loss_scaler", "LossScaler", _run)
