"""Optimizers for matrices, such as Muon, on networks that have other parameters too."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch

__all__ = ["by_matrix"]

Maker = Callable[..., Any]


def by_matrix(matrix_optimizer: Maker, others: Maker = torch.optim.AdamW, others_lr: float = 0.003) -> Maker:
    """Return a maker of optimizers for all parameters of a network: one for its matrices, another for the rest.

    Args:
        matrix_optimizer: Called as `matrix_optimizer(matrices, **options)`; takes tensors of two axes only.
        others: Called as `others(parameters, lr=others_lr)` with what is no matrix, such as biases.
        others_lr: Learning rate of `others`.

    Returns:
        A function that is called as `matrix_optimizer` is, with any parameters, for `race`, `training_race` and
        `train_on_digits`. A stack (networks, in, out), as `train_on_digits` has it, counts as one matrix (out, in) per
        network; what has one row, or one axis, is no matrix.
    """

    def make(parameters: Iterable[torch.Tensor], **options: Any) -> _Split:
        return _Split(list(parameters), lambda matrices: matrix_optimizer(matrices, **options), others, others_lr)

    make.__name__ = getattr(matrix_optimizer, "__name__", "by matrix")
    return make


class _Split:
    """Two optimizers that step together; matrices are views into the parameters."""

    def __init__(
        self, parameters: list[torch.Tensor], matrix_optimizer: Maker, others: Maker, others_lr: float
    ) -> None:
        self._whole = [parameter for parameter in parameters if _is_matrix(parameter)]
        rest = [parameter for parameter in parameters if not _is_matrix(parameter)]
        self._matrices = [_matrices(parameter.detach()) for parameter in self._whole]
        self._optimizers = [matrix_optimizer([one for views in self._matrices for one in views])]
        if rest:
            self._optimizers.append(others(rest, lr=others_lr))

    def step(self) -> None:
        for parameter, views in zip(self._whole, self._matrices, strict=True):
            gradients = [None] * len(views) if parameter.grad is None else _matrices(parameter.grad)
            for view, gradient in zip(views, gradients, strict=True):
                view.grad = gradient
        for optimizer in self._optimizers:
            optimizer.step()


def _is_matrix(parameter: torch.Tensor) -> bool:
    return parameter.ndim >= 2 and min(parameter.shape[-2:]) > 1


def _matrices(tensor: torch.Tensor) -> list[torch.Tensor]:
    return [tensor] if tensor.ndim == 2 else [one.T for one in tensor]
