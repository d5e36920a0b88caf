"""How a plain torch module is used: made, called in training and in evaluation mode, and differentiated."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import torch

from course_utils.kits.calls import make
from course_utils.kits.probe import Inputs, Outputs, Probe, as_array
from course_utils.kits.tensor_modules import made, tensor

__all__ = ["module_probe"]


def module_probe(exercise: str, declared: str) -> Probe:
    """Make the probe of a module that turns one tensor into another one.

    Inputs: a 0-d array for every argument of the constructor; batches `x_train` and `x_eval`; `dout`, a gradient with
    respect to the output for `x_train`. Outputs: `out_train`, `out_eval`; `dx`, the gradient that reaches `x_train`
    (NaN if none does); `parameters`, how many trained numbers there are. The parameters of the module are drawn anew
    from a fixed seed before it is used, so that starting values do not count.

    Args:
        exercise: Exercise id.
        declared: The constructor's signature in the text, as in "RMSNorm(dimensions, eps=1e-5)".
    """
    name = declared.partition("(")[0]

    def run(module_class: object, inputs: Inputs) -> Outputs:
        options = {key: inputs[key].item() for key in _arguments(declared)}
        module = made(lambda: make(module_class, declared, **options))
        _fill(module)
        x = tensor(inputs["x_train"], requires_grad=True)
        out = module(x)
        found = {"out_train": as_array(out, f"the output of {name}")}
        found["dx"] = _gradient(out, x, tensor(inputs["dout"]))
        found["out_eval"] = as_array(module.eval()(tensor(inputs["x_eval"])), f"the output of {name}")
        count = sum(one.numel() for one in module.parameters() if one.requires_grad)
        return {**found, "parameters": np.array(float(count))}

    return Probe.single(exercise, name, run)


def _arguments(declared: str) -> list[str]:
    space: dict[str, Any] = {}
    exec(f"def {declared}: ...", space)
    return list(inspect.signature(space[declared.partition("(")[0]]).parameters)


def _fill(module: torch.nn.Module) -> None:
    """Draw all parameters from a fixed seed."""
    rng = np.random.default_rng(0)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.tensor(rng.uniform(0.5, 1.5, size=tuple(parameter.shape))))


def _gradient(out: Any, x: torch.Tensor, dout: torch.Tensor) -> np.ndarray[Any, Any]:
    missing = np.full(tuple(x.shape), np.nan)
    if not isinstance(out, torch.Tensor) or not out.requires_grad or out.shape != dout.shape:
        return missing
    (found,) = torch.autograd.grad(out, x, dout, allow_unused=True)
    return missing if found is None else as_array(found, "the gradient")
