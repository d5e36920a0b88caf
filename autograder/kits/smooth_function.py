"""Fresh coefficients of the function that the probes of the gradient exercises differentiate."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["fresh_coefficients"]

Array = NDArray[Any]


def fresh_coefficients(rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, Array]:
    """Draw a point and coefficients such that the third derivatives are far from zero."""
    return {
        "x": rng.uniform(0.4, 1.4, size=shape) * rng.choice([-1.0, 1.0], size=shape),
        "a": rng.normal(size=shape),
        "b": rng.uniform(0.5, 1.5, size=shape),
        "c": rng.uniform(0.3, 0.9, size=shape),
    }
