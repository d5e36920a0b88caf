"""Momentum beside plain descent on a slice of a real loss; the task is a distance below 1e-6 within 100 steps."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from course_utils.widgets.contours import draw_contours
from course_utils.widgets.controls import Number, State
from course_utils.widgets.demo import Demo
from course_utils.widgets.mnist_slice import SLICE, START, slice_record, slice_surface
from course_utils.widgets.picture import Picture, fit
from course_utils.widgets.rates import heavy_ball_optimum
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import INK, line, quiet
from course_utils.widgets.walks import walk

__all__ = ["SCENE", "simulate", "slice_descent_demo"]

GOAL, WITHIN = 1e-6, 100
NAMES = {"plain": "plain descent", "momentum": "momentum"}

CONTROLS = (
    Number("lr", "Learning rate", 1e-3, 30.0, 0.1, log=True),
    Number("beta", "Momentum", 0.0, 1.0, 0.9),
    Number("steps", "Steps", 50, 500, 300, whole=True),
    Number("u", "Start weight", -4.0, 4.0, START[0]),
    Number("v", "Start bias", -4.0, 4.0, START[1]),
)

PRESETS: dict[str, dict[str, Any]] = {
    "a rate 150 times too small": {},
    "a larger rate": {"lr": 5.0, "beta": 0.0},
    "a larger rate with momentum": {"lr": 5.0, "beta": 0.6},
    "too much momentum": {"lr": 5.0, "beta": 0.95},
    "what the theory says": {"lr": 16.9, "beta": 0.09, "steps": 100},
}


def simulate(state: State) -> dict[str, NDArray[Any]]:
    """Walk with and without momentum (heavy ball) from the same start.

    Returns:
        `plain` and `momentum`, the paths (steps + 1, 2); `plain_distance` and `momentum_distance`, the absolute
        distance of (weight, bias) to the minimum at each step, of the same shape.
    """
    ground = slice_surface()
    start, goal = (state["u"], state["v"]), np.array(ground.optimum)
    plain = walk("SGD", ground, start, state["steps"], state["lr"])
    momentum = walk("heavy ball", ground, start, state["steps"], state["lr"], beta=state["beta"])
    return {
        "plain": plain,
        "momentum": momentum,
        "plain_distance": np.abs(plain - goal),
        "momentum_distance": np.abs(momentum - goal),
    }


def reached(distance: NDArray[np.float64]) -> int | None:
    """Return the first step from which both distances stay below the goal, or None."""
    far = np.flatnonzero(~(distance < GOAL).all(axis=1))
    first = int(far[-1]) + 1 if far.size else 0
    return first if first < len(distance) else None


def describe(state: State, arrays: dict[str, NDArray[Any]]) -> str:
    """Say for both walks whether and when they are below the goal, and which direction is slow."""
    parts = []
    for name in NAMES:
        distance = arrays[f"{name}_distance"]
        step = reached(distance)
        if np.isnan(distance[-1, 0]):
            parts.append(f"{NAMES[name]} diverges")
        elif step is None:
            weight, bias = distance[-1]
            parts.append(
                f"{NAMES[name]} is {weight:.2g} (weight) and {bias:.2g} (bias) away after {state['steps']} steps"
            )
        else:
            task = "task solved" if step <= WITHIN else "later than asked"
            parts.append(f"{NAMES[name]} is below 1e-6 from step {step} on ({task})")
    low, high = np.linalg.eigvalsh(slice_surface().hessian)
    lr, beta, _ = heavy_ball_optimum(low, high)
    best = f"at the minimum the weight is the flat direction (condition number {high / low:.1f})"
    said = f"{'; '.join(parts)}; {best}; the best pair there: lr {lr:.3g}, momentum {beta:.2g}."
    return said[0].upper() + said[1:]


def draw(figure: Figure | SubFigure, state: State, arrays: dict[str, NDArray[Any]]) -> Picture:
    """Draw both paths on the contours, and the four distances with the goal."""
    left, right = figure.subplots(1, 2)
    draw_contours(left, SLICE)
    left.set(xlabel="weight of class 0, pixel 378", ylabel="bias of class 7", title="Paths (star: minimum)")
    paths = [left.plot([], [], **{**line(i), "markersize": 4})[0] for i in range(2)]
    curves = _distance_lines(right)
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=2)

    def update(state: State, arrays: dict[str, NDArray[Any]]) -> object:
        for path, name in zip(paths, NAMES, strict=True):
            path.set_data(*arrays[name].T)
        distances = [arrays[f"{name}_distance"][:, k] for name in NAMES for k in range(2)]
        for curve, distance in zip(curves, distances, strict=True):
            curve.set_data(np.arange(len(distance)), np.maximum(distance, 1e-16))
        return fit(right, state["steps"], np.array([1.0, 1e-7]), log=True)

    update(state, arrays)
    return Picture((*paths, *curves), update)


def _distance_lines(axes: Axes) -> list[Any]:
    looks = [
        (name, parameter, i, dash)
        for i, name in enumerate(NAMES)
        for parameter, dash in (("weight", "-"), ("bias", ":"))
    ]
    lines = [
        quiet(axes).semilogy([], [], color=line(i)["color"], linestyle=dash, label=f"{NAMES[name]}, {parameter}")[0]
        for name, parameter, i, dash in looks
    ]
    axes.set_ylim(1e-9, 10)
    axes.axhline(GOAL, color=INK, linewidth=0.8)
    axes.annotate("goal 1e-6", (1, GOAL), xycoords=("axes fraction", "data"), ha="right", va="bottom")
    axes.axvline(WITHIN, color=INK, linewidth=0.8)
    axes.set(xlabel="step", ylabel="distance to the minimum", title="Distance of each parameter")
    return lines


SCENE = Scene(
    name="slice_descent",
    title="Momentum and plain descent on real digits",
    controls=CONTROLS,
    simulate=simulate,
    draw=draw,
    describe=describe,
    presets=PRESETS,
    client=True,
    data=slice_record,
    size=(9.0, 4.8),
    story=("a rate 150 times too small", "a larger rate with momentum", "what the theory says"),
    alt="Distances of a weight and a bias to the minimum of a real loss: at rate 0.1 neither walk arrives within 300 "
    "steps, at rate 5 momentum arrives within 100, and the pair from the theory arrives in about 25.",
)


def slice_descent_demo(**changes: Any) -> Demo:
    """Return the demo of momentum on real digits; `changes` set controls, as in `slice_descent_demo(lr=5.0)`."""
    return Demo(SCENE, **changes)
