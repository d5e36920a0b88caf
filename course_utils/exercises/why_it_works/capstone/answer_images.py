"""The images of the capstone and their labels, which students do not have.

They are 1,300 test images of Fashion-MNIST that are not in the package: 30 of each class for the recorded check, 100 of
each for grading. Each student gets them altered and in an order of their own. A number, the ticket, goes into the
student's process with the images; the order follows from the ticket and from the content of the file with the images,
so it says nothing to anyone who does not have that file.
"""

from __future__ import annotations

import hashlib
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.data.altered_images import alter

__all__ = ["PATH", "PER_CLASS", "drawn_images", "is_recorded", "labels_of"]

PATH = Path(__file__).with_name("answer_images.npz")
PER_CLASS, RECORDED = 130, 30
CLASSES = 10


@cache
def _stored() -> tuple[NDArray[Any], NDArray[Any], int]:
    """Return images (1300, 28, 28), labels (1300,), and a number made from the file's content."""
    with np.load(PATH) as archive:
        images, labels = archive["images"], archive["labels"]
    return images, labels, int.from_bytes(hashlib.sha256(images.tobytes()).digest()[:8], "little")


def is_recorded(rng: np.random.Generator) -> bool:
    """Say whether this is the generator of the recorded inputs, whose labels are shipped with the key."""
    recorded = np.random.default_rng(zlib.crc32(b"capstone"))
    return bool(rng.bit_generator.state == recorded.bit_generator.state)


def drawn_images(rng: np.random.Generator) -> dict[str, NDArray[Any]]:
    """Draw a ticket; return it, and the images that belong to it, altered and in its order."""
    recorded = is_recorded(rng)
    ticket = np.array([int(recorded), int(rng.integers(2**62))])
    rows, chance = _order(ticket)
    return {"ticket": ticket, "images": alter(_stored()[0][rows], chance)}


def labels_of(ticket: NDArray[Any]) -> NDArray[np.float64]:
    """Return the labels of the images that belong to a ticket, in their order."""
    rows, _ = _order(ticket)
    labels: NDArray[np.float64] = _stored()[1][rows].astype(np.float64)
    return labels


def _order(ticket: NDArray[Any]) -> tuple[NDArray[Any], np.random.Generator]:
    recorded, number = (int(value) for value in ticket)
    chance = np.random.default_rng([number, _stored()[2]])
    border = RECORDED * CLASSES
    part = np.arange(border) if recorded else np.arange(border, PER_CLASS * CLASSES)
    return chance.permutation(part), chance
