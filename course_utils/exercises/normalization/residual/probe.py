"""How `ResidualLayer(dimensions, *args)`, a torch module with weights and a bias, is exercised.

Its square parameters get the given weights, the others the given bias, so that any names will do.
Inputs: `rows`, `weights` (out, in), `bias`, `upstream` (as `rows`) and `plain`, a square batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from course_utils.kits.comparing import flag
from course_utils.kits.probe import Inputs, Outputs, Part, Probe, ProbeFailure, as_array
from course_utils.kits.tensor_modules import applied, made, manner_statements, manners, tensor

__all__ = ["PROBE"]

Factory = Callable[..., Any]


def _values(factory: Factory, inputs: Inputs) -> Outputs:
    module = _with_weights(factory, inputs)
    out = applied(module, inputs["rows"])
    one = applied(module.eval(), inputs["rows"][:1])
    return {"out": out, "one_out": one, "dx": _gradient(module, inputs)}


def _with_weights(factory: Factory, inputs: Inputs) -> nn.Module:
    """Return a module that holds the given weights and bias.

    Raises:
        ProbeFailure: One of its parameters has neither the size of the weights nor that of the bias.
    """
    features = inputs["rows"].shape[1]
    module = made(factory, features)
    values = {inputs[name].size: inputs[name] for name in ("weights", "bias")}
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if parameter.numel() not in values:
                raise ProbeFailure(
                    f"the parameter {name} of ResidualLayer({features}) has shape {tuple(parameter.shape)}; expected "
                    f"weights of shape ({features}, {features}) and a bias of shape ({features},)."
                )
            parameter.copy_(tensor(values[parameter.numel()]).reshape(parameter.shape))
    return module


def _gradient(module: nn.Module, inputs: Inputs) -> NDArray[Any]:
    """Return the gradient of the output times `upstream` with respect to the input.

    Zeros where no graph leads back; NaN where torch refuses because a value it has kept was overwritten.
    """
    leaf = tensor(inputs["rows"], requires_grad=True)
    out = module(1.0 * leaf)
    if not isinstance(out, torch.Tensor) or not out.requires_grad:
        return np.zeros(inputs["rows"].shape)
    try:
        (found,) = torch.autograd.grad((out * tensor(inputs["upstream"])).sum(), leaf, allow_unused=True)
    except RuntimeError as error:
        if "inplace operation" not in str(error):
            raise
        return np.full(inputs["rows"].shape, np.nan)
    return np.zeros(inputs["rows"].shape) if found is None else as_array(found, "the gradient")


def _state(factory: Factory, inputs: Inputs) -> Outputs:
    plain = inputs["plain"]

    def make() -> nn.Module:
        torch.manual_seed(0)
        return made(factory, plain.shape[1])

    trained = sum(parameter.numel() for parameter in make().parameters() if parameter.requires_grad)
    return {
        "trained": np.array(float(trained)),
        "takes_more": flag(_takes_more(factory, plain.shape[1])),
        **manners(make, plain),
    }


def _takes_more(factory: Factory, features: int) -> bool:
    """Say whether the layer can stand where another kind takes (in, out)."""
    try:
        made(factory, features, features)
    except TypeError:
        return False
    return True


PROBE = Probe(
    "residual",
    ("ResidualLayer",),
    (
        Part("ResidualLayer", ("ResidualLayer",), _values),
        Part(
            "ResidualLayer as a module",
            ("ResidualLayer",),
            _state,
            summarise=manner_statements,
            counts_with="ResidualLayer",
        ),
    ),
)
