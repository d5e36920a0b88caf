"""One pass of minibatch descent over rows that are all alike, as named steps, and its mistakes."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from autograder.kits.programs import perform
from autograder.kits.rules import Mistake, Rule

__all__ = ["ABOUT_PASS", "PASS", "PASS_VARIANTS", "one_pass_of"]

Function = Callable[..., Any]

PASS: Rule = {
    "updates": lambda s: round(s.n / s.size),
    "objective": lambda s: lambda net: cross_entropy(net(s.X[: s.size]), s.y[: s.size]),
    "rate": lambda s: s.lr,
    "trained": lambda s: list(s.net.parameters()),
    "losses": lambda s: _descend(s),
    "returned": lambda s: sum(s.losses) / len(s.losses),
}


def _descend(s: SimpleNamespace) -> list[float]:
    losses = []
    for _ in range(s.updates):
        loss = s.objective(s.net)
        _step(s, loss, s.trained)
        losses.append(loss.item())
    return losses


def _step(s: SimpleNamespace, loss: torch.Tensor, trained: list[torch.Tensor]) -> None:
    with torch.no_grad():
        for parameter, gradient in zip(trained, torch.autograd.grad(loss, trained), strict=True):
            parameter -= s.rate * gradient


def _accumulated(s: SimpleNamespace) -> list[float]:
    losses, total = [], [torch.zeros_like(p) for p in s.trained]
    for _ in range(s.updates):
        loss = s.objective(s.net)
        losses.append(loss.item())
        total = [t + g for t, g in zip(total, torch.autograd.grad(loss, s.trained), strict=True)]
        with torch.no_grad():
            for parameter, gradient in zip(s.trained, total, strict=True):
                parameter -= s.rate * gradient
    return losses


def _moving_average(s: SimpleNamespace, decay: float = 0.99) -> float:
    average = 0.0
    for loss in s.losses:
        average = decay * average + (1 - decay) * loss
    return average


def one_pass_of(program: Rule) -> Function:
    """Return `minibatch_sgd_one_pass` of a program, for rows that are all alike."""

    def one_pass(net: nn.Module, x: torch.Tensor, y: torch.Tensor, lr: float, size: int) -> Any:
        return perform(program, net=net, X=x, y=y, lr=lr, size=size, n=len(x)).returned

    return one_pass


ABOUT_PASS = (
    Mistake("uphill", "The parameters move up the gradient.", {"rate": lambda s: -s.lr}),
    Mistake("learning-rate-ignored", "The steps do not depend on the learning rate.", {"rate": lambda s: 1.0}),
    Mistake(
        "updates-rounded-down",
        "There are floor(n / batch_size) updates; the text asks for the nearest whole number.",
        {"updates": lambda s: s.n // s.size},
        share=0.75,
    ),
    Mistake(
        "one-update-too-many",
        "There is one update too many.",
        {"updates": lambda s: round(s.n / s.size) + 1},
        share=0.75,
    ),
    Mistake("single-update", "There is only one update.", {"updates": lambda s: 1}),
    Mistake("one-update-per-image", "There are as many updates as images.", {"updates": lambda s: s.n}),
    Mistake("gradients-accumulate", "Every step also takes the gradients of those before.", {"losses": _accumulated}),
    Mistake(
        "summed-loss",
        "The gradient is that of the sum over the batch and not of the mean, so the steps grow with the batch size.",
        {"objective": lambda s: lambda net: cross_entropy(net(s.X[: s.size]), s.y[: s.size], reduction="sum")},
    ),
    Mistake("nothing-learned", "The parameters are as they were.", {"rate": lambda s: 0.0}),
    Mistake("biases-not-trained", "The biases stay as they were.", {"trained": lambda s: _weights(s.net)}),
    Mistake(
        "moving-average-from-zero",
        "The loss returned is a moving average that starts at zero: after 100 updates with a decay of 0.99 it still "
        "reads 63 % of the loss. The text asks for the mean over the updates.",
        {"returned": _moving_average},
        share=0.75,
    ),
    Mistake(
        "moving-average-from-zero",
        "The loss returned is a moving average that starts at zero, so it is too small at first. The text asks for the "
        "mean over the updates.",
        {"returned": lambda s: _moving_average(s, 0.9)},
        share=0.75,
        pairs=False,
    ),
    Mistake(
        "last-loss",
        "The loss returned is that of the last batch only.",
        {"returned": lambda s: s.losses[-1]},
        share=0.75,
    ),
    Mistake(
        "sum-of-losses", "The losses are added up, not averaged.", {"returned": lambda s: sum(s.losses)}, share=0.75
    ),
)


def _weights(net: nn.Module) -> list[torch.Tensor]:
    return [parameter for parameter in net.parameters() if parameter.ndim > 1]


PASS_VARIANTS = (
    Mistake(
        "permutation",
        "Accepted: a pass over a permutation, whose last batch is smaller: the number of updates is rounded up.",
        {"updates": lambda s: -(-s.n // s.size)},
        share=1.0,
    ),
    Mistake(
        "permutation",
        "Accepted: a pass over a permutation, whose last batch is smaller; the loss is weighted by batch size.",
        {"updates": lambda s: -(-s.n // s.size), "returned": lambda s: _weighted(s)},
        share=1.0,
    ),
)


def _weighted(s: SimpleNamespace) -> float:
    sizes = [min(s.size, s.n - i * s.size) for i in range(s.updates)]
    return float(sum(a * b for a, b in zip(s.losses, sizes, strict=True)) / s.n)
