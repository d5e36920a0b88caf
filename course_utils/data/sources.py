"""Where a published set is found: COURSE_DATA, a folder that was named, the cache, a download, the embedded sample."""

from __future__ import annotations

import json
import os
import socket
import sys
from functools import lru_cache
from importlib import import_module
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import torch

from course_utils.data.idx import has_files, read_split
from course_utils.data.images import PUBLISHED, ImageDataset, Published

__all__ = ["cache_folder", "load_published", "read_sample"]

CONNECT_S = 3.0


def cache_folder() -> Path:
    """Return this user's folder for downloaded data; it need not exist."""
    if sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        root = Path.home() / "Library" / "Caches"
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return root / "optimization-workbook"


def load_published(published: Published, train: bool, path: str | Path | None = None) -> ImageDataset:
    """Load one split of a published set from the first source that has it, and print which one that was.

    The order: the folder in the environment variable COURSE_DATA, `path`, the user's cache, a download (into `path`
    or the cache; not tried when COURSE_DOWNLOAD is "0"), and the sample in this package.

    Raises:
        DataFileError: A file was found that is not the published one. It is never used, and no other source is tried.
    """
    data, targets, source = _load(published.name, train, os.environ.get("COURSE_DATA"), str(path) if path else None)
    split = "training" if train else "test"
    print(f"{published.title}: {len(data):,} {split} images from {source}")
    return ImageDataset(data, targets, list(published.classes), source, published.mean, published.std)


@lru_cache(maxsize=8)
def _load(name: str, train: bool, course_data: str | None, path: str | None) -> tuple[torch.Tensor, torch.Tensor, str]:
    published = PUBLISHED[name]
    roots = [(Path(course_data), f"COURSE_DATA ({course_data})")] if course_data else []
    roots += [(Path(path), str(path))] if path else []
    roots.append((cache_folder(), "your cache"))
    for root, source in roots:
        if has_files(root / name / "raw", train):
            return *read_split(root / name / "raw", published, train, packed_md5=_packed_md5(name)), source
    target = Path(path) if path else cache_folder()
    if _download(name, target):
        return *read_split(
            target / name / "raw", published, train, packed_md5=_packed_md5(name)
        ), f"a download to {target}"
    return *read_sample(published, train), "the sample in this package (no network, no COURSE_DATA)"


def _torchvision(name: str) -> Any:
    # Imported here because it takes as long as all the rest, and only downloads and packed files need it.
    return getattr(import_module("torchvision.datasets"), name)


def _packed_md5(name: str) -> dict[str, str]:
    return dict(_torchvision(name).resources)


def _download(name: str, target: Path) -> bool:
    """Let torchvision download and check the files; return whether it could."""
    if os.environ.get("COURSE_DOWNLOAD", "1") == "0" or not _reachable(name):
        return False
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(30)
    try:
        _torchvision(name)(root=str(target), download=True)
    except (OSError, RuntimeError) as error:
        print(f"Downloading {name} failed ({type(error).__name__}: {error}).")
        return False
    finally:
        socket.setdefaulttimeout(before)
    return True


@lru_cache(maxsize=2)
def _reachable(name: str) -> bool:
    """Say whether a server of torchvision's mirrors answers, within seconds."""
    for mirror in _torchvision(name).mirrors:
        address = urlparse(mirror)
        try:
            with socket.create_connection((address.hostname, 443 if address.scheme == "https" else 80), CONNECT_S):
                return True
        except OSError:
            continue
    return False


def read_sample(published: Published, train: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the images, uint8 (N, 28, 28), and labels, int64 (N,), that are embedded in this package."""
    sample = files("course_utils.sample")
    checksums = json.loads((sample / "checksums.json").read_text(encoding="utf-8"))
    with as_file(sample / published.name) as folder:
        return read_split(folder, published, train, packed_md5=checksums[published.name])
