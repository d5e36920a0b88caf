"""One step of an optimizer for all parameters at once, where that gives the numbers that its own loop gives."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from typing import Any

import torch
from torch import nn

from course_utils.training.loop import Optimizer

__all__ = ["FlatStep", "fitting_stepper"]

# Gradients of the trial are as large as this, one step each: rules that clip or switch do so within such a range.
TRIAL_SCALES = (1.0, 1e-4, 1e4, 1e-2, 1e2, 1.0)
# Of the change that the trial makes to a tensor; it runs in float64.
TRIAL_TOLERANCE = 1e-9

Factory = Callable[..., Any]


class FlatStep:
    """An optimizer that sees all parameters of a network as one vector.

    A loop over the parameters costs as many operations per tensor for a bias of 20 numbers as for all of them; a
    network of the course spends more time in such loops than in its passes.

    Args:
        optimizer: Called as `optimizer([vector], lr=lr)`.
        model: Its parameters are views of that vector until `release` is called.
        lr: Learning rate.
    """

    def __init__(self, optimizer: Factory, model: nn.Module, lr: float) -> None:
        self._parameters = list(model.parameters())
        self._vector = torch.cat([one.detach().flatten() for one in self._parameters]).requires_grad_()
        self._vector.grad = torch.zeros_like(self._vector)
        pieces = self._vector.detach().split([one.numel() for one in self._parameters])
        for one, piece in zip(self._parameters, pieces, strict=True):
            one.data = piece.view_as(one)
        self._optimizer = optimizer([self._vector], lr=lr)

    def step(self) -> None:
        """Gather the gradients, and let the optimizer change the vector.

        Raises:
            RuntimeError: A parameter has no gradient, since this batch did not use it.
        """
        gradients = [one.grad.flatten() for one in self._parameters if one.grad is not None]
        if len(gradients) < len(self._parameters):
            raise RuntimeError("a parameter has no gradient: the network did not use it for this batch")
        torch.cat(gradients, out=self._vector.grad)
        self._optimizer.step()

    def release(self) -> None:
        """Give every parameter memory of its own again."""
        for one in self._parameters:
            one.data = one.data.clone()


@contextmanager
def fitting_stepper(optimizer: Factory, model: nn.Module, lr: float) -> Iterator[Optimizer]:
    """Give an optimizer for a network: a `FlatStep` where it treats every number alike, else one as it was written.

    Whether it does is tried out on copies with random gradients of very different sizes. A rule that looks at the
    shape or the norm of a tensor, or draws random numbers, gives other numbers for one vector.

    Args:
        optimizer: Called as `optimizer(parameters, lr=lr)`.
        model: The network; afterwards its parameters have memory of their own, as before.
        lr: Learning rate.
    """
    if not _can_be_flat(optimizer, list(model.parameters()), lr):
        yield optimizer(model.parameters(), lr=lr)
        return
    stepper = FlatStep(optimizer, model, lr)
    try:
        yield stepper
    finally:
        stepper.release()


def _can_be_flat(optimizer: Factory, parameters: Sequence[torch.Tensor], lr: float) -> bool:
    kinds = {(one.dtype, one.device, one.requires_grad) for one in parameters}
    return len(parameters) > 1 and len(kinds) == 1 and parameters[0].requires_grad and _alike(optimizer, parameters, lr)


def _alike(optimizer: Factory, parameters: Sequence[torch.Tensor], lr: float) -> bool:
    shapes = [one.shape for one in parameters]
    start = [one.detach().double().cpu() for one in parameters]
    try:
        with torch.random.fork_rng(devices=[]), redirect_stdout(io.StringIO()):
            apart = _trial(optimizer, start, lr)
            (vector,) = _trial(optimizer, [torch.cat([one.flatten() for one in start])], lr)
    except Exception:  # classes of students may raise anything; what they raise is shown when they are used
        return False
    together = [
        piece.view(shape) for piece, shape in zip(vector.split([s.numel() for s in shapes]), shapes, strict=True)
    ]
    return all(_same_change(*ones) for ones in zip(start, apart, together, strict=True))


def _trial(optimizer: Factory, start: Sequence[torch.Tensor], lr: float) -> list[torch.Tensor]:
    """Return copies of `start` after a step for each of the scales; the gradients depend on the total size only.

    Raises:
        ValueError: The optimizer put new memory in the place of a parameter's, which views would not follow.
    """
    ones = [one.clone().requires_grad_() for one in start]
    stepper = optimizer(ones, lr=lr)
    sizes, places = [one.numel() for one in ones], [one.data_ptr() for one in ones]
    generator = torch.Generator().manual_seed(0)
    for scale in TRIAL_SCALES:
        noise = scale * torch.randn(sum(sizes), generator=generator, dtype=torch.float64)
        for one, piece in zip(ones, noise.split(sizes), strict=True):
            one.grad = piece.view_as(one).clone()
        with torch.no_grad():
            stepper.step()
    if places != [one.data_ptr() for one in ones]:
        raise ValueError("a parameter has other memory than before")
    return [one.detach() for one in ones]


def _same_change(start: torch.Tensor, one: torch.Tensor, other: torch.Tensor) -> bool:
    allowed = TRIAL_TOLERANCE * (one - start).abs().max() + 1e-12
    return bool((one - other).abs().max() <= allowed)
