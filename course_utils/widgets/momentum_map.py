"""D2: learning rate times momentum. Where the pair lies on the rate map decides how the walk goes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from course_utils.widgets.contours import draw_contours
from course_utils.widgets.controls import Choice, Number, State
from course_utils.widgets.demo import Demo
from course_utils.widgets.mnist_slice import slice_record
from course_utils.widgets.picture import Picture, fit
from course_utils.widgets.rates import heavy_ball_optimum, heavy_ball_rate, rate_map
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import PATH, line, quiet
from course_utils.widgets.surfaces import surface
from course_utils.widgets.two_variables import Surface
from course_utils.widgets.walks import diverged_at, turning_points, walk

__all__ = ["SCENE", "momentum_demo", "simulate"]

LR_LOW, LR_HIGH = 1e-4, 30.0
DIRECTIONS = ("flattest", "steepest")
SURFACES = ("quadratic", "Rosenbrock", "three minima", "saddle", "steep optimum", "MNIST slice")

CONTROLS = (
    Choice("surface", "Function", SURFACES, "quadratic"),
    Number("lr", "Learning rate", LR_LOW, LR_HIGH, 0.1, log=True),
    Number("beta", "Momentum", 0.0, 1.0, 0.0),
    Number("condition", "Condition number", 1.0, 1000.0, 30.0, log=True),
    Number("angle", "Rotation (degrees)", 0.0, 90.0, 0.0),
    Number("steps", "Steps", 1, 500, 100, whole=True),
    Number("x", "Start x", -5.0, 5.0, -2.5),
    Number("y", "Start y", -5.0, 5.0, 1.2),
)

_BEST_LR, _BEST_BETA, _ = heavy_ball_optimum(1 / 30, 1.0)
PRESETS: dict[str, dict[str, Any]] = {
    "plain descent, well chosen": {"lr": 2 / (1 + 1 / 30), "beta": 0.0},
    "the best momentum": {"lr": _BEST_LR, "beta": _BEST_BETA},
    "too much momentum": {"lr": 1.0, "beta": 0.98},
    "diverges": {"lr": 3.2, "beta": 0.5},
    "a thousand to one": {"condition": 1000.0, "lr": 1.0, "beta": 0.94, "steps": 300},
    "three minima: it flies over the first": {"surface": "three minima", "lr": 0.05, "beta": 0.7, "x": 3.0, "y": 2.0},
    "three minima: and over the best": {"surface": "three minima", "lr": 0.05, "beta": 0.85, "x": 3.0, "y": 2.0},
    "Rosenbrock's valley": {"surface": "Rosenbrock", "lr": 5e-4, "beta": 0.9, "steps": 500, "x": -1.2, "y": 1.0},
    "real digits, far too slow": {"surface": "MNIST slice", "lr": 0.1, "beta": 0.9, "x": 2.5, "y": 3.7, "steps": 300},
    "real digits, fast": {"surface": "MNIST slice", "lr": 16.9, "beta": 0.09, "x": 2.5, "y": 3.7},
}


def ground_of(state: State) -> Surface:
    """Return the surface of a state."""
    return surface(state["surface"], state["condition"], state["angle"])


def simulate(state: State) -> dict[str, NDArray[Any]]:
    """Walk by heavy ball, v = beta v + g, w -= lr v.

    Returns:
        `path` (steps + 1, 2); `loss` (steps + 1,), above the minimum where there is one; `distance` (steps + 1, 2),
        the absolute error along each eigenvector of the Hessian at the optimum, steepest last; `turns` (2,), how often
        the walk turns back along each of them; `eigenvalues` (2,); `rate`, the factor per step that the slowest
        direction tends to (NaN where the curvature is not positive).
    """
    ground = ground_of(state)
    start = (state["x"], state["y"])
    path = walk("heavy ball", ground, start, state["steps"], state["lr"], beta=state["beta"])
    eigenvalues, vectors = np.linalg.eigh(ground.hessian)
    goal = np.array(ground.optimum if ground.optimum is not None else (0.0, 0.0))
    loss = ground.value(path[:, 0], path[:, 1]) - ground.value(*goal)
    rate = heavy_ball_rate(state["lr"], state["beta"], eigenvalues).max()
    distance = np.abs((path - goal) @ vectors)
    return {
        "path": path,
        "loss": loss,
        "distance": distance,
        "turns": turning_points(path @ vectors),
        "eigenvalues": eigenvalues,
        "rate": np.array(rate),
    }


def describe(state: State, arrays: dict[str, NDArray[Any]]) -> str:
    """Say how the walk went, what the theory says of this pair, and what the best pair would be."""
    rate, lost = float(arrays["rate"]), diverged_at(arrays["path"])
    lr, beta, best = heavy_ball_optimum(arrays["eigenvalues"][0], arrays["eigenvalues"][-1])
    advice = f"the fastest here would be lr {lr:.3g} with momentum {beta:.3g}, {best:.3f} per step"
    if lost is not None:
        return f"Diverges: lost at step {lost} (factor {rate:.3f} per step near the minimum); {advice}."
    loss, how = arrays["loss"][-1], _turning(arrays["turns"])
    return f"It {how}; loss {loss:.3g} above the minimum after {state['steps']} steps (factor {rate:.3f}); {advice}."


def _turning(turns: NDArray[Any]) -> str:
    times = {1: "once", 2: "twice"}
    said = [
        f"{times.get(int(count), f'{count} times')} along the {name} direction"
        for name, count in zip(DIRECTIONS, turns, strict=True)
        if count
    ]
    return f"turns back {' and '.join(reversed(said))}" if said else "never turns back"


@lru_cache(maxsize=64)
def _map(eigenvalues: tuple[float, ...]) -> NDArray[np.float64]:
    lrs, betas = np.geomspace(LR_LOW, LR_HIGH, 160), np.linspace(0, 1, 101)
    return rate_map(eigenvalues, lrs, betas)


def draw(figure: Figure | SubFigure, state: State, arrays: dict[str, Any]) -> Picture:
    """Draw the path, the loss, the error per direction, and the rate map with the present point."""
    (top_left, top_right), (low_left, low_right) = figure.subplots(2, 2)
    backdrop = draw_contours(top_left, state["surface"], state["condition"], state["angle"])
    (path,) = top_left.plot([], [], **PATH)
    (loss,) = quiet(top_right).semilogy([], [], **{**PATH, "marker": ""})
    top_right.set(xlabel="step", ylabel="loss above the minimum", title="Learning curve")
    errors = _error_lines(low_left)
    exchange_map, point = _draw_map(low_right)

    def update(state: State, arrays: dict[str, Any]) -> object:
        backdrop(state["surface"], state["condition"], state["angle"])
        seen = exchange_map(tuple(arrays["eigenvalues"].tolist()))
        path.set_data(*arrays["path"].T)
        steps = np.arange(len(arrays["loss"]))
        loss.set_data(steps, np.maximum(arrays["loss"], 1e-16))
        for curve, error in zip(errors, arrays["distance"].T, strict=True):
            curve.set_data(steps, np.maximum(error, 1e-12))
        point.set_data([state["lr"]], [state["beta"]])
        limits = [
            fit(axes, state["steps"], *curves, log=True)
            for axes, curves in ((top_right, (arrays["loss"],)), (low_left, tuple(arrays["distance"].T)))
        ]
        return state["surface"], state["condition"], state["angle"], seen, *limits

    update(state, arrays)
    return Picture((path, loss, *errors, point), update)


def _error_lines(axes: Axes) -> list[Any]:
    lines = [
        quiet(axes).semilogy([], [], **{**line(i), "marker": ""}, label=f"{name} direction")[0]
        for i, name in enumerate(DIRECTIONS)
    ]
    axes.set(xlabel="step", ylabel="distance", title="Error along each eigenvector")
    axes.legend(loc="upper right")
    return lines


def _draw_map(axes: Axes) -> tuple[Any, Any]:
    edges: dict[str, Any] = {"extent": (np.log10(LR_LOW), np.log10(LR_HIGH), 0, 1), "origin": "lower", "aspect": "auto"}
    inner = axes.inset_axes((0, 0, 1, 1))
    image = inner.imshow(np.ones((2, 2)), cmap="cividis_r", vmin=0.0, vmax=3.0, **edges)
    inner.axis("off")
    axes.set(xscale="log", xlim=(LR_LOW, LR_HIGH), ylim=(0, 1), xlabel="learning rate", ylabel="momentum")
    axes.minorticks_off()
    axes.set_title("Rate map (yellow: fast, empty: diverges)")
    axes.set_facecolor("none")
    (point,) = axes.plot([], [], marker="X", markersize=12, color="#D55E00", markeredgecolor="white", linestyle="none")
    point.set_zorder(10)

    def exchange(eigenvalues: tuple[float, ...]) -> object:
        rates = _map(eigenvalues)
        # The steps that shrink the error e-fold, from one (yellow) to a thousand (dark).
        steps = -1 / np.log(np.where(rates < 1 - 1e-9, rates, np.nan))
        image.set_data(np.log10(steps))
        return eigenvalues

    return exchange, point


SCENE = Scene(
    name="momentum",
    title="D2: learning rate and momentum",
    controls=CONTROLS,
    simulate=simulate,
    draw=draw,
    describe=describe,
    presets=PRESETS,
    client=True,
    data=slice_record,
    size=(9.0, 6.8),
    story=("plain descent, well chosen", "the best momentum", "too much momentum"),
    alt="The same elongated bowl three times: without momentum the walk creeps along the valley, with the best "
    "momentum it arrives in a third of the steps, with too much it circles the minimum.",
)


def momentum_demo(**changes: Any) -> Demo:
    """Return demo D2; `changes` set controls by name, as in `momentum_demo(lr=1.4, beta=0.5)`."""
    return Demo(SCENE, **changes)
