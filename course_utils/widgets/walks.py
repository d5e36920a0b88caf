"""Walks of update rules on a surface: the simulation behind the pictures, in plain numbers.

Forms: heavy ball v = beta v + g, w -= lr v; EMA v = beta v + (1 - beta) g, w -= lr v; Nesterov w -= lr (g + beta v)
after v = beta v + g; RMSProp s = beta s + (1 - beta) g^2, w -= lr g / sqrt(s + eps); Adam with both corrections;
AdaGrad s = s + g^2, w -= lr g / (sqrt(s) + eps); Lion steps along a sign.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from course_utils.widgets.two_variables import Surface

__all__ = ["COURSE", "FAR_AWAY", "RULES", "diverged_at", "turning_points", "walk"]

# Beyond this distance a walk is said to have diverged and is not followed further.
FAR_AWAY = 1e6
EPS = 1e-8
# A step shorter than this is rounding, and has no direction.
STILL = 1e-12


def sgd(state: list[float], g: float, lr: float, t: int, beta: float = 0.9, beta2: float = 0.999) -> float:
    """Return -lr g."""
    return -lr * g


def heavy_ball(state: list[float], g: float, lr: float, t: int, beta: float = 0.9, beta2: float = 0.999) -> float:
    """Return the step of v = beta v + g."""
    state[0] = beta * state[0] + g
    return -lr * state[0]


def ema_momentum(state: list[float], g: float, lr: float, t: int, beta: float = 0.9, beta2: float = 0.999) -> float:
    """Return the step of v = beta v + (1 - beta) g."""
    state[0] = beta * state[0] + (1 - beta) * g
    return -lr * state[0]


def nesterov(state: list[float], g: float, lr: float, t: int, beta: float = 0.9, beta2: float = 0.999) -> float:
    """Return the step that looks ahead along beta v."""
    state[0] = beta * state[0] + g
    return -lr * (g + beta * state[0])


def rmsprop(state: list[float], g: float, lr: float, t: int, beta: float = 0.9, beta2: float = 0.999) -> float:
    """Return the step divided by the root of the average square."""
    state[1] = beta * state[1] + (1 - beta) * g * g
    return -lr * g / math.sqrt(state[1] + EPS)


def adam(state: list[float], g: float, lr: float, t: int, beta: float = 0.9, beta2: float = 0.999) -> float:
    """Return the step from both averages, each corrected for its start at zero."""
    state[0] = beta * state[0] + (1 - beta) * g
    state[1] = beta2 * state[1] + (1 - beta2) * g * g
    first, second = state[0] / (1 - beta**t), state[1] / (1 - beta2**t)
    return -lr * first / (math.sqrt(second) + EPS)


def adagrad(state: list[float], g: float, lr: float, t: int, beta: float = 0.9, beta2: float = 0.999) -> float:
    """Return the step divided by the root of the sum of all squares."""
    state[1] += g * g
    return -lr * g / (math.sqrt(state[1]) + EPS)


def lion(state: list[float], g: float, lr: float, t: int, beta: float = 0.9, beta2: float = 0.999) -> float:
    """Return lr along the sign of beta m + (1 - beta) g; then m = beta2 m + (1 - beta2) g."""
    ahead = beta * state[0] + (1 - beta) * g
    state[0] = beta2 * state[0] + (1 - beta2) * g
    return -math.copysign(lr, ahead) if ahead else 0.0


RULES: dict[str, Callable[..., float]] = {
    "SGD": sgd,
    "heavy ball": heavy_ball,
    "EMA momentum": ema_momentum,
    "Nesterov": nesterov,
    "RMSProp": rmsprop,
    "Adam": adam,
    "AdaGrad": adagrad,
    "Lion": lion,
}
# Those of the lecture's race.
COURSE = ("SGD", "heavy ball", "EMA momentum", "Nesterov", "RMSProp", "Adam")


def walk(
    rule: str,
    surface: Surface,
    start: tuple[float, float],
    steps: int,
    lr: float,
    decay: float = 1.0,
    beta: float = 0.9,
    beta2: float = 0.999,
) -> NDArray[np.float64]:
    """Follow an update rule from `start`.

    Args:
        rule: One of `RULES`.
        surface: Where it walks.
        start: The first point.
        steps: Number of steps.
        lr: Learning rate of the first step.
        decay: Step t (from 0) uses lr * decay**t.
        beta: Memory of the first average, where the rule has one.
        beta2: Memory of the average of squares, where the rule has two.

    Returns:
        Points, shape (steps + 1, 2); NaN after the walk has left the circle of radius `FAR_AWAY`.
    """
    update = RULES[rule]
    path = [(math.nan, math.nan)] * (steps + 1)
    (x, y), state_x, state_y = start, [0.0, 0.0], [0.0, 0.0]
    path[0] = x, y
    rate = lr
    for t in range(1, steps + 1):
        gx, gy = surface.gradient(x, y)
        x += update(state_x, float(gx), rate, t, beta, beta2)
        y += update(state_y, float(gy), rate, t, beta, beta2)
        rate *= decay
        if not abs(x) + abs(y) < FAR_AWAY:
            break
        path[t] = x, y
    return np.array(path, dtype=np.float64)


def diverged_at(path: NDArray[np.float64]) -> int | None:
    """Return the step at which a walk was lost, or None."""
    lost = np.flatnonzero(np.isnan(path[:, 0]))
    return int(lost[0]) if lost.size else None


def turning_points(path: NDArray[np.float64]) -> NDArray[np.int64]:
    """Count how often a walk turns back along each coordinate: two successive steps there have opposite signs.

    Args:
        path: Points, shape (steps + 1, n); NaN once the walk is lost.

    Returns:
        Counts, shape (n,). Steps shorter than `STILL` are passed over.
    """
    moves = np.diff(path, axis=0)
    signs = [np.sign(along[np.abs(along) > STILL]) for along in moves.T]
    return np.array([np.count_nonzero(sign[1:] != sign[:-1]) for sign in signs])
