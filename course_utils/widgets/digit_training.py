"""What the demos that train share: 28 x 28 digits from the package, and pieces of work of equal length."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import torch

__all__ = ["PIECE_S", "digit_images", "every", "hidden_sizes", "in_one_thread"]

# The picture is renewed this often; in between the training is not disturbed.
PIECE_S = 0.15


@lru_cache(maxsize=4)
def digit_images(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the first `count` training images of the sample, float32 (count, 784) normalised, and their classes."""
    from course_utils.data.images import MNIST
    from course_utils.data.sources import read_sample

    images, labels = read_sample(MNIST, train=True)
    x = images[:count].flatten(1).to(torch.float32).div_(255).sub_(MNIST.mean).div_(MNIST.std)
    return x, labels[:count]


def hidden_sizes(text: str) -> list[int]:
    """Return the sizes in a text such as "20, 20"."""
    return [int(part) for part in text.split(",") if part.strip()]


def every(steps: Iterator[dict[str, Any]], seconds: float = PIECE_S) -> Iterator[dict[str, Any]]:
    """Pass on one of `steps` each time that `seconds` have passed, and the last one in any case."""
    last, due = None, time.perf_counter() + seconds
    for last in steps:
        if time.perf_counter() >= due:
            yield last
            last, due = None, time.perf_counter() + seconds
    if last is not None:
        yield last


def in_one_thread(pieces: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Pass on `pieces`, each made with one thread: small products gain nothing from a second one, and lose on a busy
    machine.
    """
    while True:
        before = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            piece = next(pieces, None)
        finally:
            torch.set_num_threads(before)
        if piece is None:
            return
        yield piece
