"""How `ConvNet(num_classes=10)`, `BatchNormConvNet(num_classes=10)` and `standardize(train, test)` are exercised.

The networks are given parameters that depend on a seed only, whatever their names, and a few random images.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from course_utils.kits.calls import call
from course_utils.kits.comparing import every, flag
from course_utils.kits.probe import Inputs, Outputs, Part, Pieces, Probe, ProbeFailure, as_array
from course_utils.kits.tensor_modules import made
from course_utils.kits.tensors import chance, same, tensor
from course_utils.kits.unpack import unpack

__all__ = ["KINDS", "PROBE", "ordinary_pixels"]

Factory = Callable[..., Any]
KINDS = {"conv": nn.Conv2d, "norm": nn.BatchNorm2d, "linear": nn.Linear}
IMAGES, BOUND = 2, 100.0


def _run_net(factory: Factory, inputs: Inputs) -> Pieces:
    """Return the logits in both modes, and what the network is made of."""
    seed, classes = int(inputs["seed"]), int(inputs["num_classes"])
    images = tensor(_images(seed))
    with chance(seed):
        net = made(factory, num_classes=classes)
        # One image: a lazy layer gets its shape only now.
        _forward(net.eval(), images[:1])
        _fill(net, seed)
        logits = _forward(net.eval(), images)
        if logits.ndim != 2 or len(logits) != IMAGES:
            wanted = f"expected ({IMAGES}, {classes})"
            raise ProbeFailure(f"for {IMAGES} images the logits have shape {logits.shape}; {wanted}.")
        yield {"logits": logits}
        yield {"logits_in_training": _forward(net.train(), images)}
        by_default = _forward(made(factory).eval(), images[:1])
    yield {"classes": np.array([float(logits.shape[1]), float(by_default.shape[-1])])}


def _images(seed: int) -> NDArray[Any]:
    return np.random.default_rng(seed).normal(size=(IMAGES, 1, 28, 28))


def _forward(net: nn.Module, images: torch.Tensor) -> NDArray[Any]:
    with torch.no_grad():
        out = net(images)
    if out is NotImplemented:
        raise NotImplementedError
    return as_array(out, "the output of the network")


def _fill(net: nn.Module, seed: int) -> None:
    """Give every layer values of its own: the same for the same kind of layer at the same place."""
    with torch.no_grad():
        for place, name, values in _state(net):
            values.copy_(tensor(_drawn(seed, place, name, tuple(values.shape))))


@lru_cache(maxsize=128)
def _drawn(seed: int, place: tuple[int, int, int], name: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return the same for every network that has such a tensor; grading fills hundreds of them."""
    rng = np.random.default_rng([seed, *place])
    if name == "running_var":
        return rng.uniform(0.3, 2.0, shape)
    fan_in = int(np.prod(shape[1:]))
    return rng.normal(size=shape) * (1.5 / fan_in) ** 0.5 if fan_in > 1 else rng.uniform(-1.0, 1.0, shape)


def _state(net: nn.Module) -> Iterator[tuple[tuple[int, int, int], str, torch.Tensor]]:
    """Yield kind, index and entry of every tensor of the network's layers, its name in the layer, and itself."""
    names = ("weight", "bias", "running_mean", "running_var")
    for kind, layer_class in enumerate(KINDS.values()):
        layers = [module for module in net.modules() if isinstance(module, layer_class)]
        for index, layer in enumerate(layers):
            for entry, name in enumerate(names):
                values = getattr(layer, name, None)
                if isinstance(values, torch.Tensor):
                    yield (kind, index, entry), name, values


def ordinary_pixels(inputs: Inputs) -> NDArray[np.bool_]:
    """Say of each pixel whether it varies in the training images, shape (1, rows, columns)."""
    varies: NDArray[np.bool_] = np.ptp(inputs["train"], axis=0) > 0
    return varies


def _run_standardize(standardize: Callable[..., Any], inputs: Inputs) -> Outputs:
    given = [tensor(inputs[name]) for name in ("train", "test")]
    returned = call(standardize, "standardize(train, test)", *given)
    names = ("train", "test")
    values = unpack(returned, "standardize", names)
    arrays = {
        name: as_array(value, f"the array of standardized {name} images", inputs[name].shape)
        for name, value in zip(names, values, strict=True)
    }
    varies = ordinary_pixels(inputs)
    constant = np.concatenate([array[:, ~varies] for array in arrays.values()])
    return {
        **{name: array[:, varies] for name, array in arrays.items()},
        "constant_finite": flag(bool(np.isfinite(constant).all())),
        "constant_bounded": flag(not bool((np.abs(constant) > BOUND).any())),
        "inputs_left_alone": flag(every(same(one, inputs[name]) for one, name in zip(given, names, strict=True))),
    }


PROBE = Probe(
    "convnets",
    ("ConvNet", "BatchNormConvNet", "standardize"),
    (
        Part("ConvNet", ("ConvNet",), _run_net),
        Part("BatchNormConvNet", ("BatchNormConvNet",), _run_net),
        Part("standardize", ("standardize",), _run_standardize),
    ),
)
