"""Training several runs in one pass per step, where that gives the numbers that single runs give."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import torch
from torch import nn

from course_utils.data import ResidentLoader
from course_utils.training.display import followed
from course_utils.training.history import History
from course_utils.training.loop import evaluate, train_epoch
from course_utils.training.setup import Data, Setup
from course_utils.training.stacked import StackedModels
from course_utils.training.threads import fitting_threads

__all__ = ["train_together"]

TRIAL_BATCHES = 3
# Of the change that the trial makes to a tensor; it runs in float64, where rounding makes less than 1e-9 of it.
TRIAL_TOLERANCE = 1e-5

Batch = tuple[torch.Tensor, torch.Tensor]
Epoch = Callable[[], Iterator[Batch]]


def train_together(
    setups: Sequence[Setup], data: Data, *, epochs: int, batch_size: int, device: str
) -> list[History] | None:
    """Train runs that differ in seed and optimizer only.

    Args:
        setups: The runs; those with one optimizer stand together. Their networks are trained.
        data: Training and test images.
        epochs: Number of passes over the training images.
        batch_size: Images per update; 0 means all.
        device: Where the networks are.

    Returns:
        The histories in the order of `setups`; None if their classes do not allow it, and nothing is trained then.
    """
    train = ResidentLoader(data[0], batch_size, device=device)
    valid = ResidentLoader(data[1], 0, shuffle=False, device=device)
    generators = [_generator(setup) for setup in setups]
    stack = StackedModels([setup.model for setup in setups], record=True)
    if not _allowed(setups, stack, _batches(train, [_generator(setup) for setup in setups])):
        return None
    start = time.perf_counter()
    stepper = _Stepper(setups, stack)
    with fitting_threads(setups[0].model):
        kept, interrupted = _train(stack, stepper, epochs, lambda: _batches(train, generators), valid)
    seconds = (time.perf_counter() - start) / len(setups)
    return [_history(setup, kept, run, len(setups), interrupted, seconds) for run, setup in enumerate(setups)]


class _Stepper:
    """One optimizer per group of runs, each on its part of the stacked parameters."""

    def __init__(self, setups: Sequence[Setup], stack: StackedModels) -> None:
        self._groups: list[tuple[slice, list[torch.Tensor], Any]] = []
        start = 0
        for _, group in groupby(setups, key=lambda setup: id(setup.optimizer)):
            ones = list(group)
            part = slice(start, start + len(ones))
            views = [value[part].detach().requires_grad_() for value in stack.parameters.values()]
            self._groups.append((part, views, ones[0].optimizer(views, lr=ones[0].learning_rate)))
            start = part.stop

    @torch.no_grad()
    def step(self, gradients: Sequence[torch.Tensor]) -> None:
        for part, views, optimizer in self._groups:
            for view, gradient in zip(views, gradients, strict=True):
                view.grad = gradient[part]
            optimizer.step()


def _train(
    stack: StackedModels, stepper: _Stepper, epochs: int, batches: Epoch, valid: ResidentLoader
) -> tuple[list[tuple[Any, ...]], bool]:
    """Return, for every finished epoch, batch losses, sizes and measurements of all runs; and if it was interrupted."""
    kept: list[tuple[Any, ...]] = []
    try:
        for _ in followed(range(epochs)):
            losses, sizes = [], []
            for x, y in batches():
                mean, gradients = stack.losses_and_gradients(x, y)
                stepper.step(list(gradients.values()))
                losses.append(mean)
                sizes.append(y.shape[1])
            measured = [evaluate(model, valid) for model in stack.unstack()]
            kept.append((torch.stack(losses).tolist(), sizes, measured))
    except KeyboardInterrupt:
        runs = len(stack.unstack())
        print(f"Interrupted in epoch {len(kept) + 1} of {epochs}; all {runs} networks keep their training up to there.")
        return kept, True
    return kept, False


def _batches(train: ResidentLoader, generators: Sequence[torch.Generator]) -> Iterator[Batch]:
    """Give the batches of an epoch, (S, N, ...) and (S, N), each run in the order that it would have alone."""
    count, device = len(train.labels), train.labels.device
    orders = torch.stack([torch.randperm(count, generator=generator) for generator in generators]).to(device)
    for indices in orders.split(train.batch_size, dim=1):
        images, labels = train.take(indices.flatten())
        yield images.unflatten(0, indices.shape), labels.view(indices.shape)


def _allowed(setups: Sequence[Setup], stack: StackedModels, batches: Iterator[Batch]) -> bool:
    """Try the first batches alone and together, on copies; classes that cannot be stacked raise all kinds of errors."""
    trial = [batch for _, batch in zip(range(TRIAL_BATCHES), batches, strict=False)]
    try:
        with torch.random.fork_rng(devices=[]):
            return _agree(setups, [(x.double(), y) for x, y in trial]) and stack.replays(trial)
    except Exception:
        return False


def _agree(setups: Sequence[Setup], batches: Sequence[Batch]) -> bool:
    before = [copy.deepcopy(setup.model).double() for setup in setups]
    alone = [replace(setup, model=copy.deepcopy(model)) for setup, model in zip(setups, before, strict=True)]
    for run, setup in enumerate(alone):
        optimizer = setup.optimizer(setup.model.parameters(), lr=setup.learning_rate)
        train_epoch(setup.model, optimizer, [(x[run], y[run]) for x, y in batches])
    stack = StackedModels(copy.deepcopy(before))
    stepper = _Stepper(setups, stack)
    for x, y in batches:
        stepper.step(list(stack.losses_and_gradients(x, y)[1].values()))
    x = batches[0][0][0]
    return all(
        _same_change(first, one.model, other) and torch.allclose(one.model.eval()(x), other.eval()(x), rtol=1e-4)
        for first, one, other in zip(before, alone, stack.unstack(), strict=True)
    )


def _same_change(before: nn.Module, one: nn.Module, other: nn.Module) -> bool:
    start, ones, others = (model.state_dict() for model in (before, one, other))
    allowed = {name: TRIAL_TOLERANCE * (ones[name] - start[name]).abs().max() + 1e-12 for name in start}
    return all(bool((ones[name] - others[name]).abs().max() <= allowed[name]) for name in start)


def _history(
    setup: Setup, kept: list[tuple[Any, ...]], run: int, runs: int, interrupted: bool, seconds: float
) -> History:
    losses = [[batch[run] for batch in batch_losses] for batch_losses, _, _ in kept]
    means = [
        sum(value * size for value, size in zip(values, sizes, strict=True)) / sum(sizes)
        for values, (_, sizes, _) in zip(losses, kept, strict=True)
    ]
    measured = [one[run] for _, _, one in kept]
    return History(
        label=setup.label,
        train_loss=tuple(means),
        valid_loss=tuple(loss for loss, _ in measured),
        valid_accuracy=tuple(accuracy for _, accuracy in measured),
        batch_losses=tuple(value for values in losses for value in values),
        settings={**setup.settings, "together": runs},
        model=setup.model,
        interrupted=interrupted,
        duration_s=seconds,
    )


def _generator(setup: Setup) -> torch.Generator:
    generator = torch.Generator()
    generator.set_state(setup.random_state)
    return generator
