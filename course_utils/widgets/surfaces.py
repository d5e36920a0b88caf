"""The functions of two variables that the demos go down, by name."""

from __future__ import annotations

import numpy as np

from course_utils.widgets.mnist_slice import SLICE, slice_surface
from course_utils.widgets.two_variables import Array, Surface

__all__ = ["SURFACES", "quadratic", "surface"]


def quadratic(condition: float, angle: float = 0.0) -> Surface:
    """Return f = (x' H x) / 2 with eigenvalues 1 and 1/condition, the steep axis turned by `angle` degrees from y.

    Args:
        condition: Ratio of the largest to the smallest eigenvalue, at least 1.
        angle: Rotation in degrees; 0 leaves the axes alone.
    """
    turn = np.deg2rad(angle)
    c, s = np.cos(turn), np.sin(turn)
    rotation = np.array([[c, -s], [s, c]])
    hessian = rotation @ np.diag([1 / condition, 1.0]) @ rotation.T
    # Plain numbers: a walk does its steps in them, several times faster than in numpy's.
    a, b, d = float(hessian[0, 0]), float(hessian[0, 1]), float(hessian[1, 1])
    return Surface(
        "quadratic",
        lambda x, y: (a * x * x + 2 * b * x * y + d * y * y) / 2,
        lambda x, y: (a * x + b * y, b * x + d * y),
        (-3.0, 3.0, -2.0, 2.0),
        (-2.5, 1.2),
        (0.0, 0.0),
        hessian,
    )


def _three_minima() -> Surface:
    # The function of the exercise on step sizes: x^2 + y^2 + x (y + 2) + cos 3x. Its global minimum by Newton's method.
    x, y = -1.08816240984, 0.54408120492
    return Surface(
        "three minima",
        lambda x, y: x**2 + y**2 + x * (y + 2) + np.cos(3 * x),
        lambda x, y: (2 * x - 3 * np.sin(3 * x) + y + 2, x + 2 * y),
        (-5.0, 5.0, -5.0, 5.0),
        (3.0, 2.0),
        (x, y),
        np.array([[2 - 9 * np.cos(3 * x), 1.0], [1.0, 2.0]]),
    )


def _rosenbrock() -> Surface:
    # Rosenbrock (1960) with the factor 100.
    return Surface(
        "Rosenbrock",
        lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
        lambda x, y: (-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
        (-2.0, 2.0, -1.0, 3.0),
        (-1.2, 1.0),
        (1.0, 1.0),
        np.array([[802.0, -400.0], [-400.0, 200.0]]),
    )


def _saddle() -> Surface:
    return Surface(
        "saddle",
        lambda x, y: (x * x - y * y) / 2 + y**4 / 16,
        lambda x, y: (x, -y + y**3 / 4),
        (-3.0, 3.0, -3.0, 3.0),
        (-2.5, 0.01),
        (0.0, 2.0),
        np.array([[1.0, 0.0], [0.0, 2.0]]),
    )


def _steep_optimum() -> Surface:
    # Three narrow valleys (negative Gaussians, standard deviation 0.2) in a flat plain.
    centres, depths, width = np.array([[-0.5, -0.5], [0.6, 0.4], [0.5, -0.6]]), np.array([1.0, 0.6, 0.4]), 0.2

    def wells(x: Array, y: Array) -> Array:
        squared = (x[..., None] - centres[:, 0]) ** 2 + (y[..., None] - centres[:, 1]) ** 2
        return np.asarray(-depths * np.exp(-squared / (2 * width**2)))

    def value(x: Array, y: Array) -> Array:
        return np.asarray(wells(np.asarray(x), np.asarray(y)).sum(axis=-1))

    def gradient(x: Array, y: Array) -> tuple[Array, Array]:
        x, y = np.asarray(x), np.asarray(y)
        pull = -wells(x, y) / width**2
        return (pull * (x[..., None] - centres[:, 0])).sum(-1), (pull * (y[..., None] - centres[:, 1])).sum(-1)

    window = (-1.2, 1.2, -1.2, 1.2)
    # The other valleys pull the minimum a millionth away from its centre.
    return Surface(
        "steep optimum", value, gradient, window, (0.0, 0.0), (-0.499998684447, -0.500000131549), np.eye(2) / width**2
    )


SURFACES = {made.name: made for made in (_three_minima(), _rosenbrock(), _saddle(), _steep_optimum())}


def surface(name: str, condition: float = 10.0, angle: float = 0.0) -> Surface:
    """Return the surface called `name`; the quadratic takes its condition number and its angle."""
    if name == SLICE:
        return slice_surface()
    return quadratic(condition, angle) if name == "quadratic" else SURFACES[name]
