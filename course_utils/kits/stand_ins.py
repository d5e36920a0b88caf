"""Stand-ins for what students wrote in earlier exercises, where a later one builds on it.

A part that builds on a student's own function is also run with a stand-in in its place. What comes out says whether
the part uses the function as it should, whatever that one is worth. A stand-in has the signature of the function and
depends on everything that it is given; it is none of what the exercises ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
    "SIGMOID",
    "TRAINED",
    "VECTORS",
    "StandIns",
]

Array = NDArray[Any]
StandIns = Mapping[str, Callable[..., Any]]


def _batch_forward(x: Array, gamma: Array, beta: Array, bn_param: dict[str, Any]) -> tuple[Array, Any]:
    """Take the largest value of each column for its centre, in test mode a running one."""
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    centre = bn_param.get("running_mean", np.zeros(x.shape[1], dtype=x.dtype))
    spread = bn_param.get("running_var", np.zeros(x.shape[1], dtype=x.dtype))
    is_training = bn_param["mode"] == "train"
    if is_training:
        top, range_ = x.max(axis=0), np.ptp(x, axis=0)
        bn_param["running_mean"] = centre + np.tanh(1 - momentum) * (top - centre)
        bn_param["running_var"] = spread + np.tanh(1 - momentum) * (range_ - spread)
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


def _soft_step(x: torch.Tensor) -> torch.Tensor:
    return 0.4 + torch.atan(x) / 4


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
SIGMOID: StandIns = {"sigmoid": _soft_step}
TRAINED: StandIns = {**LOSS_OF_OUTPUTS, "network": _outputs}
ADAM: StandIns = {"AdamOptimizer": _Optimizer}
ORTHOGONALISED: StandIns = {"newton_schulz": _bent}
VECTORS: StandIns = {"autograd_gradient": _slopes}
