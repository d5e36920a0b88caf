"""A race on the digits: a small network, few steps, several seeds at once; only the optimizer can be exchanged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch.nn import functional

from course_utils.data import Digits, load_digits_data

__all__ = ["BATCH_SIZE", "CHECK_EVERY", "HIDDEN", "STEPS", "DigitsRun", "train_on_digits"]

STEPS, BATCH_SIZE, HIDDEN, CHECK_EVERY = 100, 32, 32, 10
aten = torch.ops.aten


@dataclass(frozen=True)
class DigitsRun:
    """One run on the digits.

    Args:
        seed: Seed of the initial weights and of the order of the images.
        losses: Loss of each batch (nats), one per step.
        valid_accuracy: Share of the 449 validation images that are classified rightly, at every look (every ten steps).
        test_accuracy: The same for the 450 test images.
    """

    seed: int
    losses: tuple[float, ...]
    valid_accuracy: tuple[float, ...]
    test_accuracy: tuple[float, ...]


def train_on_digits(
    optimizer: Callable[..., Any],
    seeds: Iterable[int] = (0, 1, 2, 3, 4),
    *,
    steps: int = STEPS,
    check_every: int = CHECK_EVERY,
    **options: Any,
) -> list[DigitsRun]:
    """Train a network with 64 inputs, 32 hidden units (ReLU) and 10 classes, in batches of 32 of the 898 digits.

    All seeds are trained at once, as slices of the same tensors. An optimizer that treats every weight by itself does
    to each of them what it would do alone; one that looks at a whole tensor does not. One for matrices is given as
    `by_matrix(MuonOptimizer)`.

    Args:
        optimizer: Called as `optimizer(parameters, **options)`; needs a `step()`.
        seeds: One run each.
        steps: Number of updates, a multiple of `check_every`.
        check_every: Number of updates between two looks at the accuracies.
        options: Hyperparameters of the optimizer.

    Returns:
        The runs, in the order of the seeds.
    """
    digits, chosen = _digits(), tuple(seeds)
    generators = [torch.Generator().manual_seed(seed) for seed in chosen]
    parameters = _start(generators)
    batches = torch.stack([_order(generator, len(digits.x_train), steps) for generator in generators], dim=1)
    stepper = optimizer(parameters, **options)
    losses, checks = [], []
    for step, rows in enumerate(batches, start=1):
        losses.append(_update(parameters, stepper, digits.x_train[rows], digits.y_train[rows]))
        if step % check_every == 0:
            checks.append(_accuracies(parameters, digits))
    by_run = torch.stack(losses, dim=1).tolist()
    valid, test = torch.stack(checks, dim=2).tolist()
    return [DigitsRun(*map(_plain, run)) for run in zip(chosen, by_run, valid, test, strict=True)]


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@lru_cache(maxsize=1)
def _digits() -> Digits:
    return load_digits_data()


def _start(generators: Sequence[torch.Generator]) -> list[torch.Tensor]:
    """Return weights and biases of both layers, uniform up to 1/sqrt(inputs) as in torch; first axis: the seeds."""
    shapes = ((64, HIDDEN, 64), (1, HIDDEN, 64), (HIDDEN, 10, HIDDEN), (1, 10, HIDDEN))
    drawn = [
        [(2 * torch.rand(rows, columns, generator=g) - 1) * inputs**-0.5 for rows, columns, inputs in shapes]
        for g in generators
    ]
    return [torch.stack(tensors).requires_grad_() for tensors in zip(*drawn, strict=True)]


def _order(generator: torch.Generator, count: int, steps: int) -> torch.Tensor:
    """Return which images each batch takes, shape (steps, batch): epoch after epoch, each in a new order."""
    epochs = -(-steps * BATCH_SIZE // count)
    order = torch.cat([torch.randperm(count, generator=generator) for _ in range(epochs)])
    return order[: steps * BATCH_SIZE].view(steps, BATCH_SIZE)


def _logits(parameters: Sequence[torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    weight, bias, weight_out, bias_out = parameters
    hidden = torch.relu(torch.baddbmm(bias, x, weight))  # (seeds, images, hidden)
    return torch.baddbmm(bias_out, hidden, weight_out)  # (seeds, images, 10)


@torch.no_grad()
def _update(parameters: Sequence[torch.Tensor], stepper: Any, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Take one step with all seeds; return their losses, shape (seeds,)."""
    losses, gradients = _gradients([parameter.detach() for parameter in parameters], x, y)
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient
    stepper.step()
    return losses


def _gradients(
    parameters: Sequence[torch.Tensor], x: torch.Tensor, y: torch.Tensor
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Return the losses, shape (seeds,), and the gradients of their sum.

    These are the operations that autograd would run, one by one, so that every bit is the same. For tensors as small as
    these, to record them and to run them backward takes as long as the operations themselves.
    """
    weight, bias, weight_out, bias_out = parameters
    hidden = torch.relu(torch.baddbmm(bias, x, weight))  # (seeds, batch, hidden)
    log_p = torch.baddbmm(bias_out, hidden, weight_out).flatten(0, 1).log_softmax(dim=1)  # (seeds * batch, 10)
    each = functional.nll_loss(log_p, y.flatten(), reduction="none")
    shares = torch.full_like(each, 1 / y.shape[1])
    d_log_p = aten.nll_loss_backward(shares, log_p, y.flatten(), None, 0, -100, log_p.new_zeros(()))
    d_logits = aten._log_softmax_backward_data(d_log_p, log_p, 1, log_p.dtype).view(*y.shape, -1)
    d_hidden = aten.threshold_backward(torch.bmm(d_logits, weight_out.transpose(1, 2)), hidden, 0)
    return each.view(y.shape).mean(dim=1), [
        torch.bmm(x.transpose(1, 2), d_hidden),
        d_hidden.sum(dim=1, keepdim=True),
        torch.bmm(hidden.transpose(1, 2), d_logits),
        d_logits.sum(dim=1, keepdim=True),
    ]


@torch.no_grad()
def _accuracies(parameters: Sequence[torch.Tensor], digits: Digits) -> torch.Tensor:
    """Return the shares of right answers, shape (2, seeds): for validation and for test images."""
    x, y = digits.x_valid, digits.y_valid
    right = _logits(parameters, x.expand(len(parameters[0]), *x.shape)).argmax(dim=2) == y
    half = len(y) // 2
    return torch.stack([right[:, :half].double().mean(dim=1), right[:, half:].double().mean(dim=1)])
