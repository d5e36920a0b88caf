"""Gradients by central differences, to compare a backward pass with.

(f(x + h) - f(x - h)) / 2h differs from the derivative by a term in h^2, and by the rounding of f divided by h. With
h = 1e-5 the derivative of the sine at 1,000 normal points is off by at most 2e-11 in float64, by up to 4e-3 in float32,
which is refused therefore.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["eval_numerical_gradient", "eval_numerical_gradient_array", "rel_error"]

# Below this size a gradient is taken for 0 by `rel_error`: differences of smaller numbers are rounding.
FLOOR = 1e-8


def eval_numerical_gradient(
    f: Callable[[NDArray[Any]], float], x: NDArray[np.float64], h: float = 1e-5
) -> NDArray[np.float64]:
    """Differentiate a number with respect to each entry of `x`.

    `x` itself is moved, entry by entry, and put back: so `f` may ignore its argument and use an array that a network
    holds, as in `eval_numerical_gradient(lambda _: net.loss(X, y)[0], net.params["W1"])`.

    Args:
        f: Returns a number; called twice per entry.
        x: float64, any shape.
        h: Half the distance of the two points, in units of `x`.

    Returns:
        The gradient, in the shape of `x`.

    Raises:
        TypeError: `x` is no float64 array.
    """
    return _differences(f, x, lambda plus, minus: (float(plus) - float(minus)) / (2 * h), h)


def eval_numerical_gradient_array(
    f: Callable[[NDArray[Any]], NDArray[Any]], x: NDArray[np.float64], df: NDArray[Any], h: float = 1e-5
) -> NDArray[np.float64]:
    """Differentiate the sum of `df` times what `f` returns: what a backward pass gives for the upstream gradient `df`.

    Args:
        f: Returns an array; called twice per entry of `x`.
        x: float64, any shape; moved entry by entry and put back.
        df: Upstream gradient, in the shape of what `f` returns.
        h: Half the distance of the two points, in units of `x`.

    Returns:
        The gradient, in the shape of `x`.

    Raises:
        TypeError: `x` is no float64 array.
        ValueError: `f` returns another shape than that of `df`.
    """

    def combine(plus: NDArray[Any], minus: NDArray[Any]) -> float:
        if np.shape(plus) != np.shape(df):
            raise ValueError(f"f returns shape {np.shape(plus)}, but df has shape {np.shape(df)}; they must be equal")
        return float(np.sum((plus - minus) * df) / (2 * h))

    return _differences(f, x, combine, h)


def rel_error(x: ArrayLike, y: ArrayLike) -> float:
    """Return the largest relative error: max of abs(x - y) / max(1e-8, abs(x) + abs(y)).

    For gradients that are 0 (as those of a bias before batch normalization) it compares rounding with 1e-8 and says
    little; look at the sizes then.

    Args:
        x: One array, any shape.
        y: The other, of the same shape.

    Returns:
        0 for equal arrays, 1 where they have nothing in common; NaN if an entry is NaN.

    Raises:
        ValueError: The shapes differ. (With broadcasting, wrong shapes could look right.)
    """
    one, other = np.asarray(x), np.asarray(y)
    if one.shape != other.shape:
        raise ValueError(f"rel_error compares arrays of the same shape; found {one.shape} and {other.shape}")
    if not one.size:
        raise ValueError("rel_error needs at least one entry; found empty arrays")
    size = np.abs(np.stack([one, other])).sum(axis=0)
    return float(np.max(np.abs(one - other) / np.maximum(FLOOR, size)))


def _differences(
    f: Callable[[NDArray[Any]], Any], x: NDArray[np.float64], combine: Callable[[Any, Any], float], h: float
) -> NDArray[np.float64]:
    if not isinstance(x, np.ndarray) or x.dtype != np.float64:
        found = f"an array of {x.dtype}" if isinstance(x, np.ndarray) else f"a {type(x).__name__}"
        raise TypeError(f"x is {found}; differences this small need float64, as in x.astype(np.float64)")
    slopes = np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        kept = x[index]
        try:
            x[index] = kept + h
            # A copy, because f may return an array that it uses again.
            plus = np.array(f(x))
            x[index] = kept - h
            minus = np.array(f(x))
        finally:
            x[index] = kept
        slopes[index] = combine(plus, minus)
    return slopes
