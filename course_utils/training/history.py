"""What is kept of a training run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn

__all__ = ["History"]


@dataclass(frozen=True)
class History:
    """One training run, epoch by epoch.

    Args:
        label: What the run is called in a legend.
        train_loss: Mean loss over the training images of each epoch, measured while training (nats).
        valid_loss: Mean loss over the validation images after each epoch (nats).
        valid_accuracy: Share of the validation images classified rightly after each epoch, from 0 to 1.
        batch_losses: Loss of every training batch, in order (nats).
        settings: How it was run: optimizer, layers, learning rate, seed, data and so on.
        model: The trained network.
        interrupted: Whether it was stopped before the last epoch.
        duration_s: Wall time, in seconds.
    """

    label: str
    train_loss: tuple[float, ...]
    valid_loss: tuple[float, ...]
    valid_accuracy: tuple[float, ...]
    batch_losses: tuple[float, ...]
    settings: Mapping[str, Any]
    model: nn.Module = field(repr=False)
    interrupted: bool = False
    duration_s: float = 0.0

    def __len__(self) -> int:
        return len(self.train_loss)
