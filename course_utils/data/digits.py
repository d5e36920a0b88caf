"""The 8 x 8 digits of scikit-learn: small enough for every experiment, and always there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

__all__ = ["Digits", "load_digits_data"]

FILE = "datasets/data/digits.csv.gz"  # each line an image, 64 numbers from 0 to 16, and its label


@dataclass(frozen=True)
class Digits:
    """A split of the digits, normalised with the statistics of its training part.

    Args:
        x_train: Training images, float, shape (n, 64).
        y_train: Their class numbers, int64, or 0.0 and 1.0 for the binary problem.
        x_valid: Validation images, shape (m, 64).
        y_valid: Their labels.
        mean: Mean that was subtracted, on the scale 0 to 16.
        std: Standard deviation that it was divided by.
    """

    x_train: torch.Tensor
    y_train: torch.Tensor
    x_valid: torch.Tensor
    y_valid: torch.Tensor
    mean: float
    std: float


def load_digits_data(
    *, binary: bool = False, train_share: float = 0.5, seed: int = 12345, dtype: torch.dtype = torch.float32
) -> Digits:
    """Split the 1,797 digits at random.

    Args:
        binary: Whether to ask only if a digit is below five: label 1.0 for 0 to 4, and 0.0 for 5 to 9.
        train_share: Share of the images that go into the training part, between 0 and 1.
        seed: Seed of the split.
        dtype: Floating type of the images, and of the labels of the binary problem.

    Raises:
        ValueError: `train_share` leaves one part empty.
    """
    images, labels = _table()
    cut = int(len(images) * train_share)
    if not 0 < cut < len(images):
        raise ValueError(f"train_share must leave images in both parts, found {train_share}")
    order = np.random.default_rng(seed).permutation(len(images))
    train, valid = order[:cut], order[cut:]
    mean, std = float(images[train].mean()), float(images[train].std())
    x = torch.tensor((images - mean) / std, dtype=dtype)
    y = torch.tensor(labels < 5, dtype=dtype) if binary else torch.tensor(labels, dtype=torch.int64)
    return Digits(x[train], y[train], x[valid], y[valid], mean, std)


@cache
def _table() -> tuple[NDArray[Any], NDArray[Any]]:
    """Return images and labels, which nobody may change: reading the table takes longer than splitting it."""
    images, labels = _read() or _load()
    for array in (images, labels):
        array.flags.writeable = False
    return images, labels


def _read() -> tuple[NDArray[Any], NDArray[Any]] | None:
    """Read scikit-learn's file: importing the package for that takes a second and 70 MB. None if it lies elsewhere."""
    try:
        listed = files("scikit-learn") or []
        table = np.loadtxt(next(path for path in listed if path.match(FILE)).locate(), delimiter=",")
    except (PackageNotFoundError, StopIteration, OSError, ValueError):
        return None
    return table[:, :-1], table[:, -1].astype(int)


def _load() -> tuple[NDArray[Any], NDArray[Any]]:
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    return images, labels
