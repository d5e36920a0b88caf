"""Stand-ins for what students wrote in earlier exercises, where a later one builds on it.

A part that builds on a student's own function is also run with a stand-in in its place. What comes out says whether
the part uses the function as it should, whatever that one is worth. A stand-in has the signature of the function and
depends on everything that it is given; it is none of what the exercises ask for.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import FunctionType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

__all__ = [
    "ADAM",
    "LOSS",
    "LOSS_AND_ACCURACY",
    "LOSS_OF_OUTPUTS",
    "NORMALIZATIONS",
    "ORTHOGONALISED",
    "TRAINED",
    "VECTORS",
    "StandIns",
    "standing_in",
]

Array = NDArray[Any]
StandIns = Mapping[str, Callable[..., Any]]
# Of a class that is inherited from.
METHODS = ("__init__", "step")


@contextmanager
def standing_in(objects: Mapping[str, object], stand_ins: StandIns) -> Iterator[bool]:
    """Put stand-ins in the place of functions and classes of the same names, where the objects look these up.

    Args:
        objects: The student's functions and classes, by name.
        stand_ins: By the name of the function or class.

    Yields:
        Whether there was something to replace.
    """
    functions = [function for thing in objects.values() for function in _functions(thing)]
    spaces = list({id(one.__globals__): one.__globals__ for one in functions}.values())
    names = [(space, name, space[name]) for space in spaces for name in stand_ins if callable(space.get(name))]
    cells = [(cell, cell.cell_contents, name) for one in functions for cell, name in _cells(one, objects, stand_ins)]
    methods = [(base, name, vars(base).get(name)) for base in _bases(objects, stand_ins) for name in METHODS]
    try:
        for space, name, _ in names:
            space[name] = stand_ins[name]
        for cell, _, name in cells:
            cell.cell_contents = stand_ins[name]
        for base, name, _ in methods:
            setattr(base, name, vars(stand_ins[base.__name__])[name])
        yield bool(names or cells or methods)
    finally:
        for space, name, before in names:
            space[name] = before
        for cell, before, _ in cells:
            cell.cell_contents = before
        for base, name, method in methods:
            setattr(base, name, method) if method else delattr(base, name)


def _bases(objects: Mapping[str, object], stand_ins: StandIns) -> list[type]:
    """Return the classes to replace that one of the objects inherits from."""
    found = [base for thing in objects.values() if inspect.isclass(thing) for base in inspect.getmro(thing)[1:]]
    return [base for base in dict.fromkeys(found) if inspect.isclass(stand_ins.get(base.__name__))]


def _functions(thing: object) -> Iterator[FunctionType]:
    """Return a function itself, or the methods of a class and of those it inherits from."""
    found = [value for base in inspect.getmro(thing) for value in vars(base).values()] if inspect.isclass(thing) else []
    for value in found or [thing]:
        plain = inspect.unwrap(getattr(value, "__func__", value)) if callable(value) else value
        if isinstance(plain, FunctionType):
            yield plain


def _cells(function: FunctionType, objects: Mapping[str, object], stand_ins: StandIns) -> Iterable[tuple[Any, str]]:
    """Return the cells of a closure that hold one of the objects that are replaced."""
    for cell in function.__closure__ or ():
        try:
            held = cell.cell_contents
        except ValueError:  # nothing is in it yet
            continue
        for name in stand_ins:
            if callable(held) and held is objects.get(name):
                yield cell, name


def _batch_forward(x: Array, gamma: Array, beta: Array, bn_param: dict[str, Any]) -> tuple[Array, Any]:
    """Take the largest value of each column for its centre, in test mode a running one."""
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    centre = bn_param.get("running_mean", np.zeros(x.shape[1], dtype=x.dtype))
    spread = bn_param.get("running_var", np.zeros(x.shape[1], dtype=x.dtype))
    if bn_param["mode"] == "train":
        top = x.max(axis=0)
        bn_param["running_mean"] = momentum * centre + (1 - momentum) * top
        bn_param["running_var"] = momentum * spread + (1 - momentum) * (top - x.min(axis=0))
        centre, spread = top, 0 * top
    bent = np.tanh(x - centre) / (1 + spread + eps)
    return gamma * bent + beta, ("batch", x, gamma, bent)


def _layer_forward(x: Array, gamma: Array, beta: Array, ln_param: dict[str, Any]) -> tuple[Array, Any]:
    bent = np.tanh(x - x.max(axis=1, keepdims=True)) / (1 + ln_param.get("eps", 1e-5))
    return gamma * bent + beta, ("layer", x, gamma, bent)


def _backward(dout: Array, cache: Any) -> tuple[Array, Array, Array]:
    """Return three arrays of the shapes of gradients, which depend on all that came with the cache."""
    kind, x, gamma, bent = cache
    weight = 1.5 if kind == "batch" else 2.5
    return dout * gamma * np.cos(weight * x), weight * (dout * bent).sum(axis=0), (dout * np.cos(dout)).sum(axis=0)


def _loss(net: Any, X: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return a mean over the examples that bends in every score, with another weight for the right one."""
    scores: torch.Tensor = net(X)
    right = scores.gather(1, y[:, None]).squeeze(1)
    return (torch.sqrt(1 + scores**2).sum(dim=1) + (scores**2).sum(dim=1) / 4 - 1.5 * right).mean()


def _measure(net: Any, X: torch.Tensor, y: torch.Tensor) -> float:
    with torch.no_grad():
        scores = net(X)
        return float((torch.tanh(scores).sum(dim=1) * (1 + y)).mean())


def _loss_of_outputs(y: torch.Tensor, y_hat: torch.Tensor) -> torch.Tensor:
    return ((y_hat - y) ** 2 * (2 + y)).mean()


def _outputs(x: torch.Tensor, params: list[tuple[Any, ...]]) -> torch.Tensor:
    """Return a number from 0 to 1 for each row; every array of `params` counts, and so does the first activation."""
    (w, b, h), *others = params
    values: torch.Tensor = h(x.mean(dim=1, keepdim=True) * w.sum(dim=0) + b).sum(dim=1)
    for more, shift, _ in others:
        values = values + (more.sum() - shift.sum()) * values / 3 + shift.mean()
    return torch.sigmoid(values)


class _Optimizer:
    """Steps that bend in the gradient, in shares that depend on both betas."""

    def __init__(
        self, parameters: Iterable[torch.Tensor], lr: float = 0.01, beta1: float = 0.9, beta2: float = 0.99
    ) -> None:
        self.parameters, self.lr, self.shares = list(parameters), lr, (beta1, beta2)

    @torch.no_grad()
    def step(self) -> None:
        """Update the parameters in place."""
        for parameter in self.parameters:
            assert parameter.grad is not None
            parameter.sub_(
                self.lr * (self.shares[0] * torch.atan(parameter.grad) + self.shares[1] * parameter.grad / 3)
            )


def _slopes(f: Callable[[torch.Tensor], Any], x: torch.Tensor) -> torch.Tensor:
    """Return numbers of the shape of x that depend on both."""
    with torch.no_grad():
        return x.detach() ** 2 / 2 + 0.3 * x.detach() + float(f(x.detach())) / 5


def _bent(matrix: torch.Tensor, steps: int = 5) -> torch.Tensor:
    """Return a matrix of the same shape that depends on every entry and on the number of steps."""
    return torch.atan(matrix) * (1 + steps / 10) + matrix.mean() / 3


NORMALIZATIONS: StandIns = {
    "batchnorm_forward": _batch_forward,
    "batchnorm_backward": _backward,
    "batchnorm_backward_alt": _backward,
    "layernorm_forward": _layer_forward,
    "layernorm_backward": _backward,
}
LOSS: StandIns = {"compute_objective": _loss}
LOSS_AND_ACCURACY: StandIns = {**LOSS, "compute_accuracy": _measure}
LOSS_OF_OUTPUTS: StandIns = {"bce_loss": _loss_of_outputs}
TRAINED: StandIns = {**LOSS_OF_OUTPUTS, "network": _outputs}
ADAM: StandIns = {"AdamOptimizer": _Optimizer}
ORTHOGONALISED: StandIns = {"newton_schulz": _bent}
VECTORS: StandIns = {"autograd_gradient": _slopes}
