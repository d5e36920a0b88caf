"""How `fold_batchnorm(conv, bn)` is exercised: on four convolutions and their normalizations.

The first convolution has a bias and nothing unusual. Each of the others is unusual in one way, so that an error there
says which: it has no bias (with a stride, padding and a normalization in training mode), it has groups and a dilation,
or its normalization has neither gain nor shift.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from course_utils.kits.calls import call
from course_utils.kits.comparing import every, flag, tensors_equal
from course_utils.kits.probe import Inputs, Outputs, Probe, ProbeFailure, as_array
from course_utils.kits.tensors import tensor

__all__ = ["CHANNELS", "PROBE", "SPECIAL"]

Fold = Callable[..., Any]
DECLARED = "fold_batchnorm(conv, bn)"
CHANNELS = 4
SPECIAL: dict[str, dict[str, Any]] = {
    "no_bias": {"kernel_size": 3, "stride": 2, "padding": 1, "bias": False},
    "groups": {"kernel_size": 2, "groups": 2, "dilation": 2},
    "bare": {"kernel_size": 2},
}
OPTIONS = {"usual": {"kernel_size": 3}, **SPECIAL}
SETTINGS = ("kernel_size", "stride", "padding", "dilation", "groups", "padding_mode")


def _run(fold_batchnorm: Fold, inputs: Inputs) -> Outputs:
    found = {"usual": _one(fold_batchnorm, inputs, "usual")}
    outputs: Outputs = {}
    for name in SPECIAL:
        try:
            found[name] = _one(fold_batchnorm, inputs, name)
        except (TypeError, AttributeError, ValueError, IndexError, RuntimeError):
            outputs[f"takes_{name}"] = flag(False)
        else:
            outputs[f"takes_{name}"] = flag(True)
    for name, one in found.items():
        outputs[f"{name}_out"] = one.pop("out")
    statements = {name: flag(every(one[name] for one in found.values())) for name in found["usual"]}
    return {**outputs, **statements}


def _one(fold_batchnorm: Fold, inputs: Inputs, name: str) -> dict[str, Any]:
    """Return what the new convolution makes of the images, and statements about it and the given layers."""
    conv, bn = layers = _layers(inputs, name)
    before = [_state(layer) for layer in layers]
    folded = _folded(call(fold_batchnorm, DECLARED, conv, bn))
    with torch.no_grad():
        out = folded(tensor(inputs["x"], folded.weight.dtype))
    return {
        "out": as_array(out, "the output of the new convolution"),
        "settings_kept": every(getattr(folded, setting) == getattr(conv, setting) for setting in SETTINGS),
        "layers_left_alone": every(map(_is_as, layers, before)),
        "new_layer": not _shared(folded, *layers),
    }


def _folded(value: object) -> nn.Conv2d:
    if value is None:
        raise ProbeFailure("the return value of fold_batchnorm is None. Is there a `return` at the end?")
    if value is NotImplemented:
        raise NotImplementedError
    if not isinstance(value, nn.Conv2d):
        raise ProbeFailure(f"fold_batchnorm returned a {type(value).__name__}; expected a new nn.Conv2d.")
    return value


def _layers(inputs: Inputs, name: str) -> tuple[nn.Conv2d, nn.BatchNorm2d]:
    conv = nn.Conv2d(CHANNELS, CHANNELS, **OPTIONS[name], dtype=torch.float64)
    bn = nn.BatchNorm2d(CHANNELS, eps=float(inputs["eps"]), affine=name != "bare", dtype=torch.float64)
    with torch.no_grad():
        for kind, layer in (("conv", conv), ("bn", bn)):
            for key, values in layer.state_dict().items():
                values.copy_(tensor(inputs[f"{name}_{kind}_{key}"], values.dtype))
    return conv, bn.train(name == "no_bias")


def _state(layer: nn.Module) -> tuple[bool, dict[str, torch.Tensor]]:
    """Return the mode of a layer, and copies of its tensors."""
    return layer.training, {key: values.clone() for key, values in layer.state_dict().items()}


def _is_as(layer: nn.Module, before: tuple[bool, dict[str, torch.Tensor]]) -> bool:
    training, others = before
    some = layer.state_dict()
    same = some.keys() == others.keys() and every(tensors_equal(values, others[key]) for key, values in some.items())
    return same and layer.training == training


def _shared(folded: nn.Module, *given: nn.Module) -> bool:
    """Say whether a tensor of the new layer lies in the memory of one of the given layers."""
    known = {values.data_ptr() for layer in given for values in layer.state_dict().values()}
    return any(values.data_ptr() in known for values in folded.state_dict().values())


PROBE = Probe.single("fold_batchnorm", "fold_batchnorm", _run)
