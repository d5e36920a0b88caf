"""A few images as numpy arrays, for networks that are written in numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from course_utils.data.images import ImageDataset

__all__ = ["SmallSplit", "small_split"]


@dataclass(frozen=True)
class SmallSplit:
    """Images as rows, standardised with the statistics of the training part.

    Args:
        X_train: Training images, float32, shape (n, pixels): mean 0 in every column, standard deviation 1 in all.
        y_train: Their class numbers, int64, shape (n,).
        X_val: Validation images, shape (m, pixels), on the same scale.
        y_val: Their class numbers.
        name: Where the images come from, in words.
    """

    X_train: NDArray[np.float32]
    y_train: NDArray[np.int64]
    X_val: NDArray[np.float32]
    y_val: NDArray[np.int64]
    name: str


def small_split(dataset: ImageDataset, num_train: int = 1000, num_valid: int = 1000, seed: int = 0) -> SmallSplit:
    """Draw disjoint training and validation images from one set.

    The mean image of the training part is subtracted, and everything divided by one number, the standard deviation of
    what is left: a pixel that never changes stays 0 and cannot blow up.

    Args:
        dataset: A training split; the test split then stays unseen.
        num_train: How many images to train on.
        num_valid: How many to validate on.
        seed: Seed of the draw.

    Raises:
        ValueError: The set has fewer images than that, or a part would be empty.
    """
    if min(num_train, num_valid) < 1 or num_train + num_valid > len(dataset):
        raise ValueError(
            f"{num_train} training and {num_valid} validation images were asked for, at least one of each; the set "
            f"has {len(dataset)}"
        )
    order = np.random.default_rng(seed).permutation(len(dataset))[: num_train + num_valid]
    rows = dataset.data.numpy()[order].reshape(len(order), -1).astype(np.float32)
    centred = rows - rows[:num_train].mean(axis=0)
    scaled = centred / centred[:num_train].std()
    labels = dataset.targets.numpy()[order]
    parts = (scaled[:num_train], labels[:num_train], scaled[num_train:], labels[num_train:])
    return SmallSplit(*parts, name=f"{num_train:,} and {num_valid:,} images from {dataset.source}")
