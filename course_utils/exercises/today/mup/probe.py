"""How `mup_groups(model, lr, base_width)` and `output_multiplier(width, base_width)` are exercised.

The groups are asked about three networks: a wide one, one that is narrower than the base, and one whose examples have
as many values as its hidden layers have units.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.kits.calls import call
from course_utils.kits.comparing import every, flag, tensors_equal
from course_utils.kits.probe import Inputs, Outputs, Part, Probe, ProbeFailure, as_array
from course_utils.kits.tensors import chance
from course_utils.models.wide_network import WideNetwork

__all__ = ["NETWORKS", "PROBE"]

GROUPS = "mup_groups(model, lr, base_width)"
MULTIPLIER = "output_multiplier(width, base_width)"
# Values of an example, width, logits and hidden layers; the base width is an input.
NETWORKS = {"wide": (5, 12, 3, 2), "narrow": (7, 2, 3, 1), "square": (9, 9, 4, 2)}


def _run_groups(mup_groups: Callable[..., Any], inputs: Inputs) -> Outputs:
    lr, base = float(inputs["lr"]), int(inputs["base_width"])
    outputs: Outputs = {}
    kept = True
    for name, (in_features, width, out_features, hidden) in NETWORKS.items():
        with chance(0):
            model = WideNetwork(in_features, width, out_features, hidden)
        before = [parameter.detach().clone() for parameter in model.parameters()]
        outputs |= {f"{name}_{kind}": rates for kind, rates in _rates(mup_groups, model, lr, base).items()}
        kept &= every(tensors_equal(one, other) for one, other in zip(model.parameters(), before, strict=True))
    return {**outputs, "model_left_alone": flag(kept)}


def _rates(mup_groups: Callable[..., Any], model: WideNetwork, lr: float, base: int) -> Outputs:
    """Return the learning rate that each parameter gets, by its kind; NaN where it is in no group."""
    rates = {
        id(parameter): float(group["lr"])
        for group in _adam(call(mup_groups, GROUPS, model, lr, base)).param_groups
        for parameter in group["params"]
    }

    def of(*parameters: torch.Tensor) -> NDArray[Any]:
        return np.array([rates.get(id(parameter), np.nan) for parameter in parameters])

    layers = [model.input, *model.hidden, model.output]
    return {
        "input": of(model.input.weight),
        "hidden": of(*(layer.get_parameter("weight") for layer in model.hidden)),
        "output": of(model.output.weight),
        "biases": of(*(layer.get_parameter("bias") for layer in layers)),
    }


def _adam(groups: object) -> torch.optim.Adam:
    if groups is None:
        raise ProbeFailure("the return value of mup_groups is None. Is there a `return` at the end?")
    if groups is NotImplemented:
        raise NotImplementedError
    try:
        taken = list(groups)  # type: ignore[call-overload]
        if not every(isinstance(group, dict) and {"params", "lr"} <= group.keys() for group in taken):
            raise TypeError("a group is no dictionary, or lacks one of the keys")
        return torch.optim.Adam(taken)
    except (TypeError, ValueError) as error:
        raise ProbeFailure(
            f"torch.optim.Adam does not take what mup_groups returned: {error}. Expected a list of dictionaries with "
            "the keys 'params' and 'lr'; no parameter may be in two of them."
        ) from error


def _run_multiplier(output_multiplier: object, inputs: Inputs) -> Outputs:
    base = int(inputs["base_width"])
    widths = (base, *(int(width) for width in inputs["widths"]))
    found = [call(output_multiplier, MULTIPLIER, width, base) for width in widths]
    return {"multipliers": np.stack([as_array(one, "the return value of output_multiplier", ()) for one in found])}


PROBE = Probe(
    "mup",
    ("mup_groups", "output_multiplier"),
    (
        Part("mup_groups", ("mup_groups",), _run_groups),
        Part("output_multiplier", ("output_multiplier",), _run_multiplier),
    ),
)
