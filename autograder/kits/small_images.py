"""Small inputs from real images: the embedded Fashion-MNIST images, pooled to 7 x 7."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.data.images import FASHION_MNIST
from course_utils.data.sources import read_sample

__all__ = ["PIXELS", "small_images"]

PIXELS = 49


def small_images(rng: np.random.Generator, count: int, classes: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Draw images of the first `classes` kinds of clothing, the kinds in turn.

    Always from the images in the package, so that the same generator gives the same images on every machine.

    Returns:
        Normalised pixels, float64, shape (count, 49); and class numbers, float64, shape (count,).
    """
    pixels, targets = _pooled()
    kinds = np.arange(count) % classes
    chosen = [rng.choice(np.flatnonzero(targets == kind)) for kind in kinds]
    return pixels[chosen], kinds.astype(np.float64)


@cache
def _pooled() -> tuple[NDArray[Any], NDArray[Any]]:
    images, targets = read_sample(FASHION_MNIST, train=True)
    pooled = images.numpy().reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4)).reshape(-1, PIXELS) / 255
    return (pooled - FASHION_MNIST.mean) / FASHION_MNIST.std, targets.numpy()
