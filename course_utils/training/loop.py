"""The training loop: one epoch at a time, losses weighted by the size of their batch."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Protocol

import torch
from torch import nn

from course_utils.training.display import Display

__all__ = ["Batches", "Optimizer", "evaluate", "fit", "train_epoch"]

EVALUATION_BATCH = 10_000


class Batches(Protocol):
    """Anything that gives (inputs, labels) and knows how many batches that makes."""

    def __iter__(self) -> Any: ...

    def __len__(self) -> int: ...


class Optimizer(Protocol):
    """Anything with a `step()`."""

    def step(self) -> Any:
        """Change the parameters."""


def train_epoch(model: nn.Module, optimizer: Optimizer, batches: Iterable[Any]) -> tuple[float, list[float]]:
    """Train for one epoch.

    Args:
        model: Network that returns logits.
        optimizer: Its `step()` is called without gradients being recorded, after they were computed afresh.
        batches: Pairs of inputs and labels.

    Returns:
        The mean loss over all images (nats), and the loss of each batch.
    """
    model.train()
    parameters = list(model.parameters())
    losses, sizes = [], []
    for inputs, labels in batches:
        loss = nn.functional.cross_entropy(model(inputs), labels)
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        with torch.no_grad():
            optimizer.step()
        losses.append(loss.detach())
        sizes.append(len(labels))
    # One transfer for the whole epoch: reading every loss at once would stop a GPU after each batch.
    values = torch.stack(losses).tolist()
    return sum(v * n for v, n in zip(values, sizes, strict=True)) / sum(sizes), values


@torch.no_grad()
def evaluate(model: nn.Module, batches: Iterable[Any]) -> tuple[float, float]:
    """Return mean loss (nats) and accuracy (0 to 1) over all images; the model's mode is put back afterwards."""
    training = model.training
    model.eval()
    total_loss, right, count = 0.0, 0, 0
    for inputs, labels in batches:
        for x, y in zip(inputs.split(EVALUATION_BATCH), labels.split(EVALUATION_BATCH), strict=True):
            logits = model(x)
            total_loss += float(nn.functional.cross_entropy(logits, y, reduction="sum"))
            right += int((logits.argmax(dim=1) == y).sum())
            count += len(y)
    model.train(training)
    return total_loss / count, right / count


def fit(
    model: nn.Module, optimizer: Optimizer, train: Batches, valid: Batches, epochs: int, display: Display
) -> dict[str, Any]:
    """Train for some epochs and measure after each; an interrupt ends it and keeps what was done.

    Returns:
        The fields of a `History` that the loop knows.
    """
    start = time.perf_counter()
    train_loss: list[float] = []
    valid_loss: list[float] = []
    accuracy: list[float] = []
    batch_losses: list[float] = []
    interrupted = False
    try:
        for epoch in display.epochs(epochs):
            mean, losses = train_epoch(model, optimizer, display.batches(train))
            measured, share = evaluate(model, valid)
            train_loss.append(mean)
            batch_losses += losses
            valid_loss.append(measured)
            accuracy.append(share)
            text = epoch_text(epoch + 1, epochs, mean, measured, share)
            display.epoch_ended(text, batch_losses, valid_loss, epochs)
    except KeyboardInterrupt:
        interrupted = True
        print(
            f"Interrupted in epoch {len(valid_loss) + 1} of {epochs}; the network keeps its training up to this point."
        )
    kept = len(accuracy)
    return {
        "train_loss": tuple(train_loss[:kept]),
        "valid_loss": tuple(valid_loss[:kept]),
        "valid_accuracy": tuple(accuracy),
        "batch_losses": tuple(batch_losses),
        "interrupted": interrupted,
        "duration_s": time.perf_counter() - start,
    }


def epoch_text(epoch: int, epochs: int, train_loss: float, valid_loss: float, accuracy: float) -> str:
    """Return the line that is shown after an epoch."""
    return (
        f"[{epoch:2d}/{epochs}] Train Loss = {train_loss:.4f}; Valid Loss = {valid_loss:.4f}; "
        f"Valid Accuracy = {100 * accuracy:.1f}%"
    )
