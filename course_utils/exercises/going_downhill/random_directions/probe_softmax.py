"""A linear softmax classifier in float64, for exercises that step its parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch.nn import functional

from course_utils.kits.probe import Inputs

__all__ = ["fresh_parameters", "softmax_loss"]


def fresh_parameters(inputs: Inputs) -> list[torch.Tensor]:
    """Return new leaf tensors: `weight` (classes, features) and `bias` (classes,)."""
    return [torch.tensor(inputs[name], dtype=torch.float64, requires_grad=True) for name in ("weight", "bias")]


def softmax_loss(inputs: Inputs) -> Callable[[Sequence[torch.Tensor]], torch.Tensor]:
    """Return the mean cross-entropy, in nats, of `features` (n, features) and `labels` (n,), as a function of both."""
    features = torch.tensor(inputs["features"], dtype=torch.float64)
    labels = torch.tensor(inputs["labels"], dtype=torch.int64)

    def loss_fn(params: Sequence[torch.Tensor]) -> torch.Tensor:
        weight, bias = params
        return functional.cross_entropy(features @ weight.T + bias, labels)

    return loss_fn
