"""An epoch of minibatch descent as named steps: some before the batches, some for each batch, some after them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch
from torch.nn.functional import binary_cross_entropy

from autograder.kits.rules import Rule

__all__ = ["EPOCH", "EVALUATION", "as_epoch", "average", "clear", "forward", "slices", "take_step"]


def forward(params: Any, x: torch.Tensor) -> torch.Tensor:
    """Return the outputs of a network with one output per example."""
    for w, b, h in params:
        x = h(x @ w + b)
    return x.squeeze(-1)


def clear(leaves: list[torch.Tensor]) -> None:
    """Forget all gradients."""
    for leaf in leaves:
        leaf.grad = None


def take_step(leaves: list[torch.Tensor], lr: float) -> None:
    """Descend; a leaf without a gradient stays."""
    with torch.no_grad():
        for leaf in leaves:
            if leaf.grad is not None:
                leaf -= lr * leaf.grad


def slices(order: Any, size: int, count: int) -> list[Any]:
    """Return the first `count` slices of `order`; the last one may be shorter, or empty."""
    return [order[i * size : (i + 1) * size] for i in range(count)]


def average(values: list[float], weights: list[float]) -> float:
    """Return the weighted mean."""
    return sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)


def _correct(p: torch.Tensor, y: torch.Tensor) -> float:
    return ((p > 0.5) == (y > 0.5)).double().mean().item()


# `weights` counts for the means what the batches count for the updates.
BEFORE: Rule = {
    "trained": lambda s: s.leaves,
    "order": lambda s: torch.randperm(s.n),
    "label_order": lambda s: s.order,
    "batches": lambda s: slices(torch.arange(s.n), s.size, -(-s.n // s.size)),
}
EACH: Rule = {
    "before": lambda s: clear(s.leaves),
    "p": lambda s: forward(s.params, s.x[s.order[s.batch]]),
    "targets": lambda s: s.y[s.label_order[s.batch]],
    "each": lambda s: binary_cross_entropy(s.p, s.targets, reduction="none"),
    "objective": lambda s: s.each.mean(),
    "backward": lambda s: s.objective.backward(),
    "after": lambda s: None,
    "step": lambda s: take_step(s.trained, s.lr),
    "batch_loss": lambda s: s.each.mean().item(),
    "batch_accuracy": lambda s: _correct(s.p, s.targets),
}
AFTER: Rule = {
    "weights": lambda s: [float(len(batch)) for batch in s.batches],
    "loss": lambda s: average(s.losses, s.weights),
    "accuracy": lambda s: average(s.accuracies, s.weights),
}
EPOCH: Rule = {**BEFORE, **EACH, **AFTER}

EVALUATION: Rule = {
    "p": lambda s: forward(s.params, s.x),
    "targets": lambda s: s.y,
    "threshold": lambda s: 0.5,
    "each": lambda s: binary_cross_entropy(s.p, s.targets, reduction="none"),
    "loss": lambda s: s.each.mean(),
    "right": lambda s: ((s.p > s.threshold) == (s.targets > 0.5)).double(),
    "accuracy": lambda s: s.right.mean(),
    "returned": lambda s: (s.loss.item(), s.accuracy.item()),
}


def as_epoch(program: Rule) -> Callable[..., tuple[float, float]]:
    """Return `train_epoch(params, x_train, y_train, learning_rate, batch_size)` that performs `program`."""

    def perform(state: SimpleNamespace, steps: Rule) -> None:
        for name in steps:
            setattr(state, name, program[name](state))

    def train_epoch(params: Any, x: torch.Tensor, y: torch.Tensor, lr: float, size: int) -> tuple[float, float]:
        leaves = [leaf for w, b, _ in params for leaf in (w, b)]
        s = SimpleNamespace(params=params, leaves=leaves, x=x, y=y, lr=lr, size=size, n=len(x))
        s.losses, s.accuracies = [], []
        perform(s, BEFORE)
        for batch in s.batches:
            s.batch = batch
            perform(s, EACH)
            s.losses.append(s.batch_loss)
            s.accuracies.append(s.batch_accuracy)
        perform(s, AFTER)
        return s.loss, s.accuracy

    return train_epoch
