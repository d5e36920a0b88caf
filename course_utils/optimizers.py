"""The optimizer that is given, and what the update functions of the course need."""

from __future__ import annotations

from collections.abc import Iterable

import torch

__all__ = ["SGDOptimizer", "zero_grad"]


class SGDOptimizer:
    """Stochastic gradient descent: w <- w - lr * dL/dw, in place.

    Args:
        parameters: Tensors with gradients, as `model.parameters()` gives them; any iterable.
        lr: Learning rate.

    Attributes:
        parameters: The list of these tensors.
        lr: The learning rate.
    """

    def __init__(self, parameters: Iterable[torch.Tensor], lr: float = 0.01) -> None:
        self.parameters = list(parameters)
        self.lr = lr

    @torch.no_grad()
    def step(self) -> None:
        """Move every parameter against its gradient; a parameter without one stays."""
        for parameter in self.parameters:
            if parameter.grad is not None:
                parameter -= self.lr * parameter.grad


def zero_grad(params: Iterable[torch.Tensor]) -> None:
    """Set the gradients of `params` to zero, in place; a parameter that has none keeps none."""
    for parameter in params:
        if parameter.grad is not None:
            parameter.grad.detach_()
            parameter.grad.zero_()
