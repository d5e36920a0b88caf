"""Reading IDX files, packed or not, with their checksums."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import numpy as np
import torch

from course_utils.data.images import Published

__all__ = ["DataFileError", "has_files", "read_split"]

HEADER_BYTES = {3: 16, 1: 8}


class DataFileError(Exception):
    """A data file is not the published one; the message names it, both checksums, and what to do."""


def has_files(folder: Path, train: bool) -> bool:
    """Say whether `folder` holds both files of a split, packed or unpacked."""
    return all(_find(folder, name) is not None for name in _names(train))


def read_split(
    folder: Path, published: Published, train: bool, *, packed_md5: dict[str, str]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Read the images, uint8 (N, 28, 28), and the labels, int64 (N,), of one split.

    Args:
        folder: Where the files lie.
        published: Which set they belong to.
        train: The training split or the test split.
        packed_md5: Checksums of the `.gz` files, by name.

    Raises:
        DataFileError: A checksum is another one than the published file's.
    """
    images, labels = (_read(folder, name, published, packed_md5) for name in _names(train))
    pixels = torch.from_numpy(np.frombuffer(images, np.uint8, offset=HEADER_BYTES[3]).copy()).reshape(-1, 28, 28)
    return pixels, torch.from_numpy(np.frombuffer(labels, np.uint8, offset=HEADER_BYTES[1]).astype(np.int64))


def _names(train: bool) -> tuple[str, str]:
    split = "train" if train else "t10k"
    return f"{split}-images-idx3-ubyte", f"{split}-labels-idx1-ubyte"


def _find(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def _read(folder: Path, name: str, published: Published, packed_md5: dict[str, str]) -> bytes:
    path = _find(folder, name)
    assert path is not None
    data = path.read_bytes()
    expected = packed_md5[path.name] if path.suffix == ".gz" else published.unpacked_md5[name]
    found = hashlib.md5(data, usedforsecurity=False).hexdigest()
    if found != expected:
        raise DataFileError(
            f"{path} is not the published file of {published.title}: its md5 is {found}, expected {expected} "
            f"({len(data):,} bytes were found). Delete it and load again, or point COURSE_DATA at another folder."
        )
    return gzip.decompress(data) if path.suffix == ".gz" else data
