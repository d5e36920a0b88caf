"""Local smoothness as named formulas, on rows that are all alike."""

from __future__ import annotations

from types import SimpleNamespace

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from autograder.kits.rules import Rule
from course_utils.kits.watched_nets import plain_net

__all__ = ["PROGRAM", "euclidean", "gradients", "moved", "norms"]

Tensors = list[torch.Tensor]


def gradients(net: nn.Module, s: SimpleNamespace) -> Tensors:
    """Return the gradient of the loss for every parameter."""
    return list(torch.autograd.grad(s.loss(net), list(net.parameters())))


def moved(s: SimpleNamespace) -> nn.Module:
    """Return the net after the step."""
    net = plain_net(s.inputs)
    with torch.no_grad():
        for parameter, step in zip(net.parameters(), s.step, strict=True):
            parameter.add_(step)
    return net


def norms(tensors: Tensors) -> torch.Tensor:
    """Return the norm of every tensor."""
    return torch.stack([tensor.norm() for tensor in tensors])


def euclidean(tensors: Tensors) -> torch.Tensor:
    """Return the norm of all tensors as one vector."""
    return norms(tensors).square().sum().sqrt()


PROGRAM: Rule = {
    "net": lambda s: plain_net(s.inputs),
    "loss": lambda s: lambda net: cross_entropy(net(s.x), s.y),
    "start": lambda s: gradients(s.net, s),
    "direction": lambda s: [-g for g in s.start],
    "step": lambda s: [s.rate * d for d in s.direction],
    "end": lambda s: gradients(moved(s), s),
    "change": lambda s: [after - before for after, before in zip(s.end, s.start, strict=True)],
    "norm": lambda s: euclidean,
    "top": lambda s: s.norm(s.change),
    "bottom": lambda s: s.norm(s.step),
    "ratio": lambda s: s.top / s.bottom,
}
