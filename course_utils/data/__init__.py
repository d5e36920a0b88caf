"""Data sets, from the full official files where they are at hand, else from the sample in this package."""

from __future__ import annotations

from pathlib import Path

from course_utils.data.cifar10 import load_cifar10, load_cifar10_or_fashion_mnist
from course_utils.data.digits import Digits, load_digits_data
from course_utils.data.digits_500 import digits_500
from course_utils.data.idx import DataFileError
from course_utils.data.images import FASHION_MNIST, MNIST, ImageDataset
from course_utils.data.resident import ResidentLoader
from course_utils.data.small_split import SmallSplit, small_split
from course_utils.data.sources import cache_folder, load_published

__all__ = [
    "DataFileError",
    "Digits",
    "ImageDataset",
    "ResidentLoader",
    "SmallSplit",
    "cache_folder",
    "digits_500",
    "get_fmnist_data_loaders",
    "load_cifar10",
    "load_cifar10_or_fashion_mnist",
    "load_digits_data",
    "load_fashion_mnist",
    "load_mnist",
    "small_split",
]


def load_fashion_mnist(train: bool = True, path: str | Path | None = None) -> ImageDataset:
    """Load Fashion-MNIST (Xiao, Rasul and Vollgraf 2017): 28 x 28 grey images of ten kinds of clothing.

    Args:
        train: The training split (60,000 images; 6,000 in the embedded sample) or the test split (10,000; 1,000).
        path: A folder to look in after COURSE_DATA, and to download to.

    Raises:
        DataFileError: A file that was found is not the published one.
    """
    return load_published(FASHION_MNIST, train, path)


def load_mnist(train: bool = True, path: str | Path | None = None) -> ImageDataset:
    """Load MNIST (LeCun et al. 1998): 28 x 28 grey images of digits.

    Args:
        train: The training split (60,000 images; 2,000 in the embedded sample) or the test split (10,000; 500).
        path: A folder to look in after COURSE_DATA, and to download to.

    Raises:
        DataFileError: A file that was found is not the published one.
    """
    return load_published(MNIST, train, path)


def get_fmnist_data_loaders(
    path: str | Path | None, batch_size: int, valid_batch_size: int = 0
) -> tuple[ResidentLoader, ResidentLoader]:
    """Return shuffled loaders of Fashion-MNIST's training and test split, normalised with mean 0.2860 and std 0.3530.

    Args:
        path: A folder to look in after COURSE_DATA, and to download to; None for the user's cache.
        batch_size: Training images per batch; 0 means the whole set.
        valid_batch_size: Test images per batch; 0 means the whole set.

    Raises:
        DataFileError: A file that was found is not the published one.
        ValueError: A batch size is negative or larger than the set.
    """
    train = ResidentLoader(load_fashion_mnist(True, path), batch_size)
    return train, ResidentLoader(load_fashion_mnist(False, path), valid_batch_size)
