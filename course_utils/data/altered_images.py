"""Altered copies of images: what a camera or a scanner does to them before a classifier sees them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_SHIFT", "NOISE", "alter"]

MOST_SHIFT = 2
CONTRAST = (0.8, 1.2)
NOISE = 10.0


def alter(images: NDArray[Any], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Shift every image by up to two pixels in both directions, change its contrast by up to 20 %, and add noise.

    Args:
        images: Grey values from 0 to 255, shape (N, rows, columns).
        rng: Where chance comes from.

    Returns:
        Grey values, uint8, same shape. What moves out of the frame is lost; black moves in. The noise is normal with a
        standard deviation of 10 grey values, and the result is cut off at 0 and 255.
    """
    count, rows, columns = images.shape
    padded = np.pad(images.astype(np.float64), ((0, 0), (MOST_SHIFT,) * 2, (MOST_SHIFT,) * 2))
    down, right = rng.integers(0, 2 * MOST_SHIFT + 1, size=(2, count))
    shifted = np.stack([one[r : r + rows, c : c + columns] for one, r, c in zip(padded, down, right, strict=True)])
    brighter = shifted * rng.uniform(*CONTRAST, size=(count, 1, 1)) + rng.normal(scale=NOISE, size=shifted.shape)
    altered: NDArray[np.uint8] = np.clip(np.round(brighter), 0, 255).astype(np.uint8)
    return altered
