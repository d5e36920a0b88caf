"""D11: the edge of stability. The sharpness of a small network while it trains, against the limit 2 / learning rate."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from course_utils.widgets.controls import Choice, Number, State
from course_utils.widgets.demo import Demo
from course_utils.widgets.noise import uniforms
from course_utils.widgets.picture import Picture, fit
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import line, quiet

__all__ = ["SCENE", "edge_demo", "simulate"]

POINTS, UNITS = 16, 8
# Bounds of the first weights: into the hidden units, their biases, out of them.
BOUNDS = (2.0, 1.0, 1.0)
# Steps between two measurements, products with the Hessian in each, and the length of its difference quotient.
EVERY, PRODUCTS, NEAR = 10, 6, 1e-4
CAP = 1e6
# The sharpness is said to be at the limit within this share of it.
CLOSE = 0.1

CONTROLS = (
    Choice("target", "Function to fit", ("cubic", "quartic"), "cubic"),
    Number("lr", "Learning rate", 0.02, 2.0, 0.35, log=True),
    Number("factor", "In the second half, times", 0.25, 4.0, 1.0, log=True),
    Number("steps", "Steps", 100, 2000, 1000, whole=True),
    Number("seed", "Seed", 0, 99, 0, whole=True),
)

PRESETS: dict[str, dict[str, Any]] = {
    "a small rate: the edge is far": {"lr": 0.1},
    "it rises to the edge": {"lr": 0.35},
    "it starts above the edge": {"lr": 0.7},
    "too large: it diverges": {"lr": 1.5},
    "the rate doubles half-way": {"lr": 0.25, "factor": 2.0, "steps": 2000},
    "the rate is halved half-way": {"lr": 0.8, "factor": 0.5, "steps": 2000},
}


def _task(target: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return 16 places from -1 to 1 and the values of a Chebyshev polynomial there, each (16, 1)."""
    x = ((2 * np.arange(POINTS) - (POINTS - 1)) / (POINTS - 1))[:, None]
    return x, 4 * x * x * x - 3 * x if target == "cubic" else 8 * x * x * x * x - 8 * x * x + 1


def _fold(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum over the first axis, a power of two long, by adding halves.

    At the edge rounding grows until it can be seen. The browser adds in the same order, and all else that is computed
    here (+, -, *, /, roots) is rounded alike everywhere, so that both see the same run.
    """
    while len(values) > 1:
        half = len(values) // 2
        values = values[:half] + values[half:]
    return np.asarray(values[0])


def gradient(
    weights: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Return half the mean squared error of sum_k c_k h(a_k x + b_k) + d, h(z) = z / sqrt(1 + z^2), and its gradient.

    Args:
        weights: a, b and c of all units, then d, (25,).
        x: Inputs (16, 1).
        y: Targets (16, 1).
    """
    a, b, c = weights[:-1].reshape(3, UNITS)
    z = x * a + b  # (points, units)
    root = np.sqrt(1 + z * z)
    h = z / root
    error = _fold((h * c).T)[:, None] + weights[-1] - y
    share = error / POINTS
    inner = share * c / (root * root * root)
    slopes = _fold(np.concatenate([inner * x, inner, share * h, share], axis=1))
    return float(_fold(error * error)[0] / (2 * POINTS)), slopes


def _start(seed: int) -> NDArray[np.float64]:
    drawn = 2 * uniforms(seed, 3 * UNITS) - 1
    return np.asarray(np.append(np.repeat(BOUNDS, UNITS) * drawn, 0.0))


def _sharper(
    weights: NDArray[np.float64], vector: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Return the sharpness, and the vector that power iteration came to from `vector`."""
    quotient = 0.0
    for _ in range(PRODUCTS):
        ahead, behind = (gradient(weights + side * NEAR * vector, x, y)[1] for side in (1, -1))
        product = (ahead - behind) / (2 * NEAR)
        quotient = float(vector @ product)
        vector = product / np.sqrt(product @ product)
    return quotient, vector


def rates(state: State) -> NDArray[np.float64]:
    """Return the learning rate of each step, shape (steps,)."""
    second = np.arange(state["steps"]) >= state["steps"] // 2
    return np.asarray(np.where(second, state["lr"] * state["factor"], state["lr"]))


def simulate(state: State) -> dict[str, NDArray[Any]]:
    """Train by gradient descent on all 16 points.

    Returns:
        `loss` (steps + 1,); `limit` (steps,), 2 / learning rate; `sharpness` (steps // 10 + 1,), the eigenvalue of the
        Hessian that is the largest in size, of every tenth step. NaN from where the loss is above 1e6.
    """
    (x, y), weights, lrs = _task(state["target"]), _start(state["seed"]), rates(state)
    loss = np.full(state["steps"] + 1, np.nan)
    sharpness = np.full(state["steps"] // EVERY + 1, np.nan)
    vector = np.full(len(weights), 1 / np.sqrt(len(weights)))
    for t in range(state["steps"] + 1):
        value, slopes = gradient(weights, x, y)
        if not value < CAP:
            break
        loss[t] = value
        if t % EVERY == 0:
            sharpness[t // EVERY], vector = _sharper(weights, vector, x, y)
        if t < state["steps"]:
            weights = weights - lrs[t] * slopes
    return {"loss": loss, "limit": 2 / lrs, "sharpness": sharpness}


def describe(state: State, arrays: dict[str, NDArray[Any]]) -> str:
    """Say where the sharpness ends beside the limit, and in how many steps the loss rose."""
    loss, sharpness, limit = arrays["loss"], arrays["sharpness"], float(arrays["limit"][-1])
    if not np.isfinite(loss[-1]):
        lost, bound = int(np.isfinite(loss).sum()), float(arrays["limit"][np.isfinite(loss).sum() - 1])
        return (
            f"Diverges: lost at step {lost}, with 2/lr = {bound:.3g}; at the start the sharpness is {sharpness[0]:.3g}."
        )
    last = sharpness[-max(1, len(sharpness) // 10) :]
    middle, rises = float(np.median(last)), int((np.diff(loss) > 0).sum())
    where = "At" if abs(middle / limit - 1) < CLOSE else "Below" if middle < limit else "Above"
    return (
        f"{where} the edge: the sharpness goes from {sharpness[0]:.3g} to {middle:.3g} (median of the last tenth), and "
        f"2/lr is {limit:.3g}. The loss falls from {loss[0]:.3g} to {loss[-1]:.2g}, and rises in {rises} of "
        f"{state['steps']} steps."
    )


def draw(figure: Figure | SubFigure, state: State, arrays: dict[str, Any]) -> Picture:
    """Draw sharpness and limit on the left, the loss on the right."""
    left, right = figure.subplots(1, 2)
    (sharpness,) = quiet(left).plot([], [], **{**line(0), "marker": ""}, label="sharpness")
    (limit,) = left.plot([], [], **{**line(1), "marker": ""}, label="2 / learning rate")
    left.set(xlabel="step", ylabel="sharpness", title="Sharpness")
    left.legend(loc="lower right")
    (loss,) = quiet(right).semilogy([], [], **{**line(0), "marker": ""})
    right.set(xlabel="step", ylabel="loss", title="Training loss")

    def update(state: State, arrays: dict[str, Any]) -> object:
        sharpness.set_data(EVERY * np.arange(len(arrays["sharpness"])), arrays["sharpness"])
        limit.set_data(np.arange(state["steps"]), arrays["limit"])
        loss.set_data(np.arange(state["steps"] + 1), arrays["loss"])
        seen = np.array([0.0, _tallest(arrays)])
        return fit(left, state["steps"], seen), fit(right, state["steps"], arrays["loss"], log=True)

    update(state, arrays)
    return Picture((sharpness, limit, loss), update)


def _tallest(arrays: dict[str, Any]) -> float:
    """Return what the axis of the sharpness must hold: the sharpness itself, and of the limit what lies near it."""
    highest = float(np.nanmax(arrays["sharpness"]))
    return min(max(highest, 1.1 * float(arrays["limit"].max())), 3 * highest)


SCENE = Scene(
    name="edge",
    title="D11: the edge of stability",
    controls=CONTROLS,
    simulate=simulate,
    draw=draw,
    describe=describe,
    presets=PRESETS,
    client=True,
    story=("it rises to the edge", "it starts above the edge", "the rate doubles half-way"),
    alt="Sharpness by step beside the training loss: the sharpness rises to two over the learning rate and stays, "
    "falls to it when it began above, and falls to the new limit when the rate is doubled; the loss falls unsteadily.",
)


def edge_demo(**changes: Any) -> Demo:
    """Return demo D11; `changes` set controls by name, as in `edge_demo(lr=0.5)`."""
    return Demo(SCENE, **changes)
