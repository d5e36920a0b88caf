"""Train the network 64-32-1 on the binary digits from several seeds at once, in numpy: the runs of a probe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.data import Digits, load_digits_data

__all__ = ["HIDDEN", "Run", "accuracies"]

HIDDEN = 32
Arrays = NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """Settings of a run: passes over the training part, learning rate, examples per step."""

    epochs: int
    learning_rate: float
    batch_size: int

    def at(self, learning_rate: float) -> Run:
        """Return the same settings with another learning rate."""
        return replace(self, learning_rate=learning_rate)


@lru_cache(maxsize=4)
def _digits(split_seed: int) -> Digits:
    return load_digits_data(binary=True, seed=split_seed, dtype=torch.float64)


def accuracies(run: Run, *, split_seed: int, seeds: Sequence[int]) -> Arrays:
    """Return the validation accuracy after training, one per seed, from 0 to 1; a run that diverged counts as 0.

    Args:
        run: The settings.
        split_seed: Seed of the split into training and validation part.
        seeds: One network each: seeds of its first weights (He et al. 2015) and of its orders.
    """
    digits = _digits(split_seed)
    x, y = digits.x_train.numpy(), digits.y_train.numpy()
    rngs = [np.random.default_rng(seed) for seed in seeds]
    weights = [np.stack([_first(rng, *shape) for rng in rngs]) for shape in ((x.shape[1], HIDDEN), (HIDDEN, 1))]
    biases = [np.zeros((len(rngs), 1, HIDDEN)), np.zeros((len(rngs), 1, 1))]
    with np.errstate(all="ignore"):
        for _ in range(run.epochs):
            order = np.stack([rng.permutation(len(x)) for rng in rngs])
            for start in range(0, len(x), run.batch_size):
                rows = order[:, start : start + run.batch_size]
                _descend(weights, biases, x[rows], y[rows][..., None], run.learning_rate)
        logits = _forward(weights, biases, digits.x_valid.numpy())[1][..., 0]
    right = (logits > 0) == (digits.y_valid.numpy() > 0.5)
    shares: Arrays = np.where(np.isfinite(logits).all(axis=1), right.mean(axis=1), 0.0)
    return shares


def _first(rng: np.random.Generator, d0: int, d1: int) -> Arrays:
    return rng.normal(scale=(2 / d0) ** 0.5, size=(d0, d1))


def _forward(weights: list[Arrays], biases: list[Arrays], x: Arrays) -> tuple[Arrays, Arrays]:
    """Return hidden activations (S, B, HIDDEN) and logits (S, B, 1)."""
    hidden = np.maximum(np.matmul(x, weights[0]) + biases[0], 0)
    return hidden, np.matmul(hidden, weights[1]) + biases[1]


def _descend(weights: list[Arrays], biases: list[Arrays], x: Arrays, y: Arrays, rate: float) -> None:
    """Take one step on the mean cross-entropy of each network's own batch, in place."""
    hidden, logits = _forward(weights, biases, x)
    at_logits: Any = (0.5 * (1 + np.tanh(logits / 2)) - y) / x.shape[1]
    at_hidden = np.matmul(at_logits, weights[1].swapaxes(1, 2)) * (hidden > 0)
    for layer, (inputs, slope) in enumerate(((x, at_hidden), (hidden, at_logits))):
        weights[layer] -= rate * np.matmul(inputs.swapaxes(1, 2), slope)
        biases[layer] -= rate * slope.sum(axis=1, keepdims=True)
