"""Fresh inputs of the normalizations: scales and offsets of their own for all that is normalised together."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["fresh_rows"]


def fresh_rows(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray[Any, Any]:
    """Draw rows with scales 1, 3, 0.05 and offsets, the last one constant (and exact in binary)."""
    scales = np.resize([1.0, 3.0, 0.05], shape[0])[:, None]
    x = rng.normal(size=shape) * scales + rng.uniform(0.5, 1.5, size=(shape[0], 1))
    x[-1] = rng.integers(3, 9) / 4
    return np.asarray(x)
