"""The loss along the gradient as named formulas."""

from __future__ import annotations

from types import SimpleNamespace

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from autograder.kits.rules import Rule
from course_utils.kits.watched_nets import normalised_net

__all__ = ["PROGRAM", "loss_at"]


def _gradients(s: SimpleNamespace) -> list[torch.Tensor]:
    return list(torch.autograd.grad(s.loss(s.net), list(s.net.parameters())))


def _length(tensors: list[torch.Tensor]) -> torch.Tensor:
    length: torch.Tensor = torch.cat([tensor.flatten() for tensor in tensors]).norm()
    return length


def loss_at(s: SimpleNamespace, length: float) -> float:
    """Return the loss of the net moved by `length` times the direction."""
    net: nn.Module = normalised_net(s.inputs)
    net.train(s.training)
    with torch.no_grad():
        for parameter, d in zip(net.parameters(), s.direction, strict=True):
            parameter.add_(length * d)
        return float(s.loss(net))


PROGRAM: Rule = {
    "training": lambda s: True,
    "net": lambda s: normalised_net(s.inputs).train(s.training),
    "loss": lambda s: lambda net: cross_entropy(net(s.x), s.y),
    "gradient": _gradients,
    "unit": lambda s: [g / _length(s.gradient) for g in s.gradient],
    "direction": lambda s: [-u for u in s.unit],
    "places": lambda s: s.lengths,
    "losses": lambda s: [loss_at(s, length) for length in s.places],
    "lowest": lambda s: min(s.losses),
    "highest": lambda s: max(s.losses),
}
