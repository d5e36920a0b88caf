"""Make an embedded sample: the first images of each class, in official order, in the official format."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from course_utils.data import ImageDataset

__all__ = ["embed", "facts"]


def embed(
    folder_name: str,
    load: Callable[..., ImageDataset],
    moments: tuple[float, float],
    per_class: tuple[int, int],
    licence: str,
) -> None:
    """Check the facts of the full set, then write its sample into the package.

    Args:
        folder_name: Name of torchvision's class.
        load: Returns the full split for `train=True` and for `train=False`.
        moments: Mean and standard deviation of pixel / 255 that the training split must have, to four digits.
        per_class: How many training and test images of each class are kept.
        licence: The licence note that lies beside the files.

    Raises:
        SystemExit: The set is another one.
    """
    train, test = load(train=True), load(train=False)
    if (len(train), len(test)) != (60_000, 10_000):
        raise SystemExit(
            f"expected 60,000 and 10,000 images, found {len(train):,} and {len(test):,} from {train.source}"
        )
    mean, std = facts(f"{folder_name} train", train.data.numpy(), train.targets.numpy())
    facts(f"{folder_name} test", test.data.numpy(), test.targets.numpy())
    if (round(mean, 4), round(std, 4)) != moments:
        raise SystemExit(f"expected mean {moments[0]} and std {moments[1]}, found {mean:.4f} and {std:.4f}")
    _write_sample(folder_name, {"train": (train, per_class[0]), "t10k": (test, per_class[1])}, licence)


def _write_sample(folder_name: str, splits: dict[str, tuple[ImageDataset, int]], licence: str) -> None:
    """Write the sample files of a data set into the package.

    Args:
        folder_name: Name of torchvision's class.
        splits: For "train" and "t10k" the full split, and how many images of each class are kept.
        licence: The licence note that lies beside the files.
    """
    sample = Path(str(files("course_utils.sample")))
    folder = sample / folder_name
    folder.mkdir(exist_ok=True)
    (folder / "LICENCE.txt").write_text(licence, encoding="utf-8")
    written = {}
    for split, (dataset, per_class) in splits.items():
        images, labels = dataset.data.numpy(), dataset.targets.numpy()
        chosen = np.sort(np.concatenate([np.flatnonzero(labels == c)[:per_class] for c in range(10)]))
        written |= _write(folder / f"{split}-images-idx3-ubyte.gz", images[chosen], 2051)
        written |= _write(folder / f"{split}-labels-idx1-ubyte.gz", labels[chosen].astype(np.uint8), 2049)
        facts(f"{folder_name} {split}, embedded", images[chosen], labels[chosen])
    record = sample / "checksums.json"
    known = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    record.write_text(json.dumps({**known, folder_name: written}, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _write(path: Path, array: NDArray[np.uint8], magic: int) -> dict[str, str]:
    """Write an IDX file, packed without name or time so that the bytes are the same every time."""
    header = np.array([magic, *array.shape], dtype=">i4").tobytes()
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, compresslevel=9, mtime=0) as packed:
        packed.write(header + array.tobytes())
    path.write_bytes(buffer.getvalue())
    return {path.name: hashlib.md5(buffer.getvalue(), usedforsecurity=False).hexdigest()}


def facts(title: str, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> tuple[float, float]:
    """Print what can be checked of a split; return mean and standard deviation of pixel / 255."""
    mean, std = float(images.mean() / 255), float(images.std() / 255)
    counts = np.bincount(labels, minlength=10)
    print(f"{title}: {len(images):,} images of {images.shape[1]} x {images.shape[2]}, mean {mean:.4f}, std {std:.4f}")
    print(f"  per class: {counts.tolist()}")
    return mean, std
