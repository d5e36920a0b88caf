"""Random numbers that Python and the browser draw alike: the number at place i of seed s is a function of (s, i).

Generators of numpy cannot be had in JavaScript; a hash of 32 bits can, bit by bit. The hash is Wellons's (2018) search
result "lowbias32", applied to the place, shifted by the hash of the seed, and applied again.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["normals", "uniforms"]


def _mix(x: NDArray[np.uint32]) -> NDArray[np.uint32]:
    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(0x7FEB352D)
    x = x ^ (x >> np.uint32(15))
    x = x * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def uniforms(seed: int, count: int) -> NDArray[np.float64]:
    """Return the first `count` numbers of a seed, uniform strictly between 0 and 1."""
    key = _mix(np.array([seed + 1], dtype=np.uint32))
    places = _mix(np.arange(count, dtype=np.uint32))
    return np.asarray((_mix(places + key) + 0.5) / 2**32)


@lru_cache(maxsize=16)
def normals(seed: int, count: int) -> NDArray[np.float64]:
    """Return the first `count` standard normal numbers of a seed (Box and Muller 1958); do not write into them."""
    u = uniforms(seed, 2 * count)
    drawn: NDArray[np.float64] = np.sqrt(-2 * np.log(u[0::2])) * np.cos(2 * np.pi * u[1::2])
    drawn.setflags(write=False)
    return drawn
