"""What the probe of `FullyConnectedNet` shares: networks made, parameters given, losses and gradients taken apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.kits.array_functions import taken_apart
from course_utils.kits.calls import make
from course_utils.kits.probe import ProbeFailure, as_array

__all__ = [
    "NetClass",
    "coarse",
    "gradients",
    "loss_and_gradients",
    "made_net",
    "names",
    "with_parameters",
    "without_parameter",
]

NetClass = Callable[..., Any]
SIGNATURE = (
    "FullyConnectedNet(hidden_dims, input_dim=3072, num_classes=10, dropout_keep_ratio=1, normalization=None, reg=0, "
    "weight_scale=1e-2, dtype=np.float32, seed=None)"
)


def names(layers: int, *, normalized: bool) -> list[str]:
    """Return the names of the parameters of a network with so many affine layers."""
    affine = [f"{letter}{k}" for letter in ("W", "b") for k in range(1, layers + 1)]
    return affine + [f"{word}{k}" for word in ("gamma", "beta") for k in range(1, layers)] * normalized


def coarse(value: float) -> float:
    """Round a standard deviation so far that chance, which moves it by some thousandths, no longer matters."""
    return round(value, 1) if value < 10 else 5.0 * round(value / 5)


def made_net(net_class: NetClass, hidden_dims: Sequence[int], **options: Any) -> Any:
    """Make a network, in float64 where nothing else is asked for.

    Raises:
        ProbeFailure: It has no dictionary `params`.
    """
    net = make(net_class, SIGNATURE, list(hidden_dims), **{"dtype": np.float64, **options})
    if not isinstance(getattr(net, "params", None), dict):
        raise ProbeFailure("the network has no dictionary `params`; the text names it, with W1, b1 and so on.")
    return net


def without_parameter(net: Any, name: str) -> ProbeFailure:
    """Return the complaint that a network lacks a parameter, with the names of those that it has."""
    names = ", ".join(map(str, net.params))
    return ProbeFailure(f"params has no {name!r}; it has {names}." if names else f"params is empty; expected {name!r}.")


def with_parameters(net: Any, arrays: Mapping[str, NDArray[Any]]) -> Any:
    """Give a network its parameters; gains and shifts that it does not have are left out.

    Raises:
        ProbeFailure: It has no parameter of that name, or one of another size.
    """
    for name, array in arrays.items():
        if name not in net.params and not name.startswith(("gamma", "beta")):
            raise without_parameter(net, name)
        if name not in net.params:
            continue
        shape = np.shape(net.params[name])
        if int(np.prod(shape)) != array.size or (array.ndim == 2 and shape != array.shape):
            raise ProbeFailure(f"params[{name!r}] has shape {shape}; expected {array.shape}.")
        net.params[name] = array.reshape(shape).copy()
    return net


def loss_and_gradients(net: Any, x: NDArray[Any], y: NDArray[Any]) -> tuple[NDArray[Any], dict[str, Any]]:
    """Return what `loss(X, y)` gives.

    Raises:
        ProbeFailure: It is no loss with a dictionary of gradients.
    """
    loss, found = taken_apart(net.loss(x, y), "loss(X, y)", ("loss", "grads"))
    if not isinstance(found, dict):
        raise ProbeFailure(
            f"the gradients are a {type(found).__name__}; expected a dictionary with the names of params."
        )
    return as_array(loss, "the loss", ()), found


def gradients(found: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], wanted: Iterable[str]) -> NDArray[Any]:
    """Return gradients one after the other as one flat array; NaN where there is none.

    Raises:
        ProbeFailure: One has another size than its parameter.
    """
    flat = []
    for name in wanted:
        array = as_array(found[name], f"grads[{name!r}]") if name in found else np.full(arrays[name].shape, np.nan)
        if array.size != arrays[name].size:
            raise ProbeFailure(f"grads[{name!r}] has shape {array.shape}; its parameter has {arrays[name].shape}.")
        flat.append(array.ravel())
    return np.concatenate(flat)
