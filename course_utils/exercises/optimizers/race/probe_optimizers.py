"""The four optimizers of a race, as torch computes them, without torch's classes around them.

The first of torch's optimizer classes that a process makes imports torch's compiler, 110 MB of memory. Whoever judges
trains in a process that needs it for nothing else, and there is one of those for each worker.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.optim.adam import adam
from torch.optim.rmsprop import rmsprop
from torch.optim.sgd import sgd

__all__ = ["EPSILON", "Rule", "make_adam", "make_momentum", "make_rmsprop", "make_sgd"]

Parameters = Sequence[torch.Tensor]

# Inside the root, as in the classes of the course, it acts like its root outside.
EPSILON = 1e-7**0.5


class Rule:
    """An optimizer made of one of torch's functions.

    Args:
        update: Called with lists of parameters, gradients and whatever it keeps, and with the options.
        parameters: What it changes in place, of any shape.
        kept: The lists that it keeps from step to step, one entry per parameter.
        options: Hyperparameters, by the names that `update` gives them.
    """

    def __init__(
        self, update: Callable[..., None], parameters: Parameters, kept: Sequence[list[Any]], **options: Any
    ) -> None:
        self._update, self._parameters, self._kept = update, list(parameters), kept
        # All parameters in one call: the same numbers, in half the time.
        self._options = {"foreach": True, "weight_decay": 0.0, "maximize": False, **options}

    def step(self) -> None:
        """Change the parameters by their gradients, which must be there."""
        gradients = [parameter.grad for parameter in self._parameters]
        self._update(self._parameters, gradients, *self._kept, **self._options)


def make_sgd(parameters: Parameters, lr: float) -> Rule:
    """Return plain gradient descent."""
    return make_momentum(parameters, lr, mu=0.0)


def make_momentum(parameters: Parameters, lr: float, mu: float = 0.9) -> Rule:
    """Return steps along the exponential moving average of the gradients, which starts at the first of them."""
    buffers = [None for _ in parameters]
    return Rule(sgd, parameters, [buffers], lr=lr, momentum=mu, dampening=mu, nesterov=False)


def make_rmsprop(parameters: Parameters, lr: float, beta: float = 0.9) -> Rule:
    """Return RMSProp, whose average keeps the share `beta`."""
    kept = [_zeros(parameters), [], [], _counts(parameters)]
    return Rule(rmsprop, parameters, kept, lr=lr, alpha=beta, eps=EPSILON, momentum=0.0, centered=False)


def make_adam(parameters: Parameters, lr: float, beta1: float = 0.9, beta2: float = 0.99) -> Rule:
    """Return Adam with bias correction."""
    kept = [_zeros(parameters), _zeros(parameters), [], _counts(parameters)]
    return Rule(adam, parameters, kept, lr=lr, beta1=beta1, beta2=beta2, eps=EPSILON, amsgrad=False)


def _zeros(parameters: Parameters) -> list[Any]:
    return [torch.zeros_like(parameter, requires_grad=False) for parameter in parameters]


def _counts(parameters: Parameters) -> list[Any]:
    return [torch.tensor(0.0) for _ in parameters]
