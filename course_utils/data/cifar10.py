"""CIFAR-10, read and checked by torchvision's class; where it is not at hand, Fashion-MNIST, as a line then says."""

from __future__ import annotations

import os
import socket
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import torch

from course_utils.data.idx import DataFileError
from course_utils.data.images import FASHION_MNIST, ImageDataset
from course_utils.data.sources import CONNECT_S, cache_folder, load_published

__all__ = ["load_cifar10", "load_cifar10_or_fashion_mnist"]

TITLE = "CIFAR-10"
# What the published archive unpacks to.
FOLDER = "cifar-10-batches-py"
# Of the official training pixels divided by 255, all channels together.
MEAN, STD = 0.4734, 0.2516


def load_cifar10_or_fashion_mnist(train: bool = True, path: str | Path | None = None) -> ImageDataset:
    """Load CIFAR-10 where it is at hand, else Fashion-MNIST; what is printed says which.

    Args:
        train: The training or the test split.
        path: A folder to look in after COURSE_DATA, and to download to.

    Raises:
        DataFileError: Files were found that are not the published ones.
    """
    try:
        return load_cifar10(train, path)
    except FileNotFoundError as error:
        print(f"{error} Fashion-MNIST takes its place.")
    return load_published(FASHION_MNIST, train, path)


def load_cifar10(train: bool = True, path: str | Path | None = None) -> ImageDataset:
    """Load one split of CIFAR-10 (Krizhevsky 2009): 32 x 32 colour images of ten kinds of things.

    The order: the folder `cifar-10-batches-py` below the one in COURSE_DATA, below `path`, below the user's cache, and
    a download of 170 MB (into `path` or the cache; not tried when COURSE_DOWNLOAD is "0").

    Args:
        train: The training split (50,000 images) or the test split (10,000).
        path: A folder to look in after COURSE_DATA, and to download to.

    Raises:
        DataFileError: Files were found that are not the published ones. They are never used.
        FileNotFoundError: It lies nowhere and could not be downloaded.
    """
    data, targets, classes, source = _load(train, os.environ.get("COURSE_DATA"), str(path) if path else None)
    print(f"{TITLE}: {len(data):,} {'training' if train else 'test'} images from {source}")
    return ImageDataset(data, targets, list(classes), source, MEAN, STD)


@lru_cache(maxsize=4)
def _load(
    train: bool, course_data: str | None, path: str | None
) -> tuple[torch.Tensor, torch.Tensor, tuple[str, ...], str]:
    roots = [(Path(course_data), f"COURSE_DATA ({course_data})")] if course_data else []
    roots += [(Path(path), path)] if path else []
    roots.append((cache_folder(), "your cache"))
    for root, source in roots:
        if (root / FOLDER).is_dir():
            return *_read(root, train), source
    target = Path(path) if path else cache_folder()
    if _download(target):
        return *_read(target, train), f"a download to {target}"
    raise FileNotFoundError(f"{TITLE} is not on this disk and could not be downloaded.")


def _torchvision() -> Any:
    # Imported here because it takes as long as all the rest.
    return import_module("torchvision.datasets").CIFAR10


def _read(root: Path, train: bool) -> tuple[torch.Tensor, torch.Tensor, tuple[str, ...]]:
    """Return the images, uint8 (N, 3, 32, 32), the labels, int64 (N,), and the names of the classes."""
    try:
        # torchvision compares all checksums before it reads anything.
        published = _torchvision()(root=str(root), train=train, download=False)
    except RuntimeError as error:
        folder = root / FOLDER
        raise DataFileError(
            f"{folder} does not hold the published files of {TITLE}: a checksum differs, or a file is missing "
            f"({error}). Delete the folder and load again, or point COURSE_DATA at another one."
        ) from error
    images = torch.from_numpy(published.data).permute(0, 3, 1, 2).contiguous()
    return images, torch.tensor(published.targets), tuple(published.classes)


def _download(target: Path) -> bool:
    """Let torchvision download and check the archive; return whether it could."""
    if os.environ.get("COURSE_DOWNLOAD", "1") == "0" or not _reachable():
        return False
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(30)
    try:
        _torchvision()(root=str(target), download=True)
    except (OSError, RuntimeError) as error:
        print(f"Downloading {TITLE} failed ({type(error).__name__}: {error}).")
        return False
    finally:
        socket.setdefaulttimeout(before)
    return True


@lru_cache(maxsize=1)
def _reachable() -> bool:
    """Say whether the server that torchvision downloads from answers, within seconds."""
    try:
        with socket.create_connection((urlparse(_torchvision().url).hostname, 443), CONNECT_S):
            return True
    except OSError:
        return False
