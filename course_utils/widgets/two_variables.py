"""A function of two variables: value, gradient, where it is drawn, where a walk on it starts and should end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Array", "Surface"]

# Plain numbers go in as well; the single steps of a walk are numbers.
Array = Any


@dataclass(frozen=True)
class Surface:
    """A function of two variables.

    Args:
        name: What it is called.
        value: `value(x, y)`, for arrays of any equal shape.
        gradient: `gradient(x, y)` returns the two partial derivatives.
        window: (x low, x high, y low, y high) that is drawn.
        start: A good place to start.
        optimum: The global minimum, or None where there is none (a saddle).
        hessian: The Hessian at the optimum; at the stationary point for a saddle.
    """

    name: str
    value: Callable[[Array, Array], Array]
    gradient: Callable[[Array, Array], tuple[Array, Array]]
    window: tuple[float, float, float, float]
    start: tuple[float, float]
    optimum: tuple[float, float] | None
    hessian: Array
