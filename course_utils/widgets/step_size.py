"""D1: gradient descent on a function of two variables; the step size and its decay decide what happens."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from course_utils.widgets.contours import draw_contours
from course_utils.widgets.controls import Choice, Number, State
from course_utils.widgets.demo import Demo
from course_utils.widgets.picture import Picture, fit
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import PATH, quiet
from course_utils.widgets.surfaces import surface
from course_utils.widgets.walks import diverged_at, walk

__all__ = ["SCENE", "simulate", "step_size_demo"]

CONTROLS = (
    Choice("surface", "Function", ("three minima", "quadratic", "Rosenbrock", "saddle"), "three minima"),
    Number("lr", "Learning rate", 1e-4, 3.0, 0.1, log=True),
    Number("decay", "Decay per step", 0.5, 1.0, 1.0),
    Number("steps", "Steps", 1, 200, 30, whole=True),
    Number("x", "Start x", -5.0, 5.0, 3.0),
    Number("y", "Start y", -5.0, 5.0, 2.0),
)

PRESETS: dict[str, dict[str, Any]] = {
    "too small": {"lr": 0.005},
    "local minimum": {"lr": 0.1, "steps": 60},
    "2-cycle": {"lr": 0.2, "steps": 60},
    "decay settles it": {"lr": 0.2, "decay": 0.97, "steps": 100},
    "decay stops it too early": {"lr": 0.2, "decay": 0.8, "steps": 60},
    "diverges": {"lr": 1.2},
}


def simulate(state: State) -> dict[str, NDArray[Any]]:
    """Walk from the start.

    Returns:
        `path` (steps + 1, 2); `loss` (steps + 1,); `limit`, 2/L with the largest eigenvalue L at the global minimum;
        `slope`, the length of the gradient at the end.
    """
    ground = surface(state["surface"])
    path = walk("SGD", ground, (state["x"], state["y"]), state["steps"], state["lr"], decay=state["decay"])
    steepest = np.linalg.norm(ground.hessian, ord=2)
    loss, slope = ground.value(path[:, 0], path[:, 1]), np.hypot(*ground.gradient(*path[-1]))
    return {"path": path, "loss": loss, "limit": np.array(2 / steepest), "slope": np.array(slope)}


def describe(state: State, arrays: dict[str, NDArray[Any]]) -> str:
    """Say what the walk does: diverges, cycles, crawls or settles, and where the stability limit lies."""
    limit = f"the limit of stability at the global minimum is lr = 2/L = {float(arrays['limit']):.3g}"
    lost = diverged_at(arrays["path"])
    if lost is not None:
        return f"Diverges: beyond all bounds at step {lost}; {limit}."
    loss, path = arrays["loss"], arrays["path"]
    if len(path) < 4:
        return f"After {len(path) - 1} steps the loss is {loss[-1]:.4g}; {limit}."
    last, before = np.linalg.norm(path[-1] - path[-2]), np.linalg.norm(path[-1] - path[-3])
    where = f"at ({path[-1, 0]:.3f}, {path[-1, 1]:.3f}) with loss {loss[-1]:.4g}"
    if last > 1e-3 and before < 0.05 * last:
        return f"A 2-cycle: it jumps between two points, one of them {where}; {limit}."
    slope = float(arrays["slope"])
    if last < 1e-4 and slope > 0.01:
        return f"Its steps have shrunk to nothing {where}, but the slope there is still {slope:.2g}; {limit}."
    if last < 1e-4:
        return f"Settles {where}; {limit}."
    return f"Still moving after {state['steps']} steps, {where}; {limit}."


def draw(figure: Figure | SubFigure, state: State, arrays: dict[str, Any]) -> Picture:
    """Draw contours with the path, and the loss by step."""
    left, right = figure.subplots(1, 2)
    backdrop = draw_contours(left, state["surface"])
    (path,) = left.plot(*arrays["path"].T, **PATH, label="path")
    (loss,) = quiet(right).plot(arrays["loss"], **PATH)
    right.set(xlabel="step", ylabel="f(x, y)", title="Learning curve")

    def update(state: State, arrays: dict[str, Any]) -> object:
        backdrop(state["surface"])
        path.set_data(*arrays["path"].T)
        loss.set_data(np.arange(len(arrays["loss"])), arrays["loss"])
        return state["surface"], fit(right, state["steps"], arrays["loss"])

    update(state, arrays)
    return Picture((path, loss), update)


SCENE = Scene(
    name="step_size",
    title="D1: one step size for every direction",
    controls=CONTROLS,
    simulate=simulate,
    draw=draw,
    describe=describe,
    presets=PRESETS,
    client=True,
    story=("too small", "2-cycle", "decay settles it"),
    alt="Three walks of gradient descent on the same contours: one too slow, one jumping between two points, "
    "one that settles because its steps shrink.",
)


def step_size_demo(**changes: Any) -> Demo:
    """Return demo D1; `changes` set controls by name, as in `step_size_demo(lr=0.2)`."""
    return Demo(SCENE, **changes)
