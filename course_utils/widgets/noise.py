"""Random numbers that Python and the browser draw alike: the number at place i of seed s is a function of (s, i).

Generators of numpy cannot be had in JavaScript; a hash of 32 bits can, bit by bit. The hash is Wellons's (2018) search
result "lowbias32", applied to the place, shifted by the hash of the seed, and applied again.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["STREAM", "normals", "orders", "picks", "uniforms"]

# Seeds of demos are below this number: `seed + k * STREAM` is a series of its own for every k.
STREAM = 100


def _mix(x: NDArray[np.uint32]) -> NDArray[np.uint32]:
    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(0x7FEB352D)
    x = x ^ (x >> np.uint32(15))
    x = x * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def uniforms(seed: int, count: int, first: int = 0) -> NDArray[np.float64]:
    """Return `count` numbers of a seed, uniform strictly between 0 and 1, from the place `first` on."""
    key = _mix(np.array([seed + 1], dtype=np.uint32))
    places = _mix(np.arange(first, first + count, dtype=np.uint32))
    return np.asarray((_mix(places + key) + 0.5) / 2**32)


@lru_cache(maxsize=16)
def normals(seed: int, count: int) -> NDArray[np.float64]:
    """Return the first `count` standard normal numbers of a seed (Box and Muller 1958); do not write into them."""
    u = uniforms(seed, 2 * count)
    drawn: NDArray[np.float64] = np.sqrt(-2 * np.log(u[0::2])) * np.cos(2 * np.pi * u[1::2])
    drawn.setflags(write=False)
    return drawn


def picks(seed: int, count: int, below: int, first: int = 0) -> NDArray[np.int64]:
    """Return `count` whole numbers of a seed, uniform from 0 to `below` - 1, from the place `first` on."""
    return np.asarray(np.floor(uniforms(seed, count, first) * below), dtype=np.int64)


@lru_cache(maxsize=8)
def orders(seed: int, rows: int, n: int) -> NDArray[np.int64]:
    """Return random orders of 0 to n - 1, shape (rows, n), by Fisher and Yates (1938); not to be written into.

    The first rows, and the first numbers of each row, do not depend on how many follow.
    """
    drawn = uniforms(seed, rows * n).reshape(rows, n)
    order, row = np.tile(np.arange(n), (rows, 1)), np.arange(rows)
    for i in range(n - 1):
        j = i + np.floor(drawn[:, i] * (n - i)).astype(np.int64)
        here = order[:, i].copy()
        order[:, i] = order[row, j]
        order[row, j] = here
    order.setflags(write=False)
    return order
