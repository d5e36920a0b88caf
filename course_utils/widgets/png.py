"""Pictures of plots as PNG."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["png"]


def png(pixels: NDArray[np.uint8]) -> bytes:
    """Encode an image as a PNG file, with its alpha.

    Args:
        pixels: Red, green, blue and alpha, uint8 (H, W, 4).
    """
    file = io.BytesIO()
    # Large areas of one colour gain little from more compression, and a frame has to be there at once.
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()
