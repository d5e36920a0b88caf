"""D3: several optimizers on one surface, from one start, with one budget of steps; the student's own classes too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from course_utils.widgets.contours import draw_contours
from course_utils.widgets.controls import Choice, Number, State, Switch
from course_utils.widgets.demo import Demo
from course_utils.widgets.picture import Picture, fit
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import line, quiet
from course_utils.widgets.surfaces import surface
from course_utils.widgets.two_variables import Surface
from course_utils.widgets.walks import COURSE, FAR_AWAY, walk

__all__ = ["SCENE", "own_walk", "race", "race_demo"]

SURFACES = ("quadratic", "Rosenbrock", "saddle", "steep optimum", "three minima")
Walker = Callable[[Surface, State], NDArray[Any]]

CONTROLS = (
    Choice("surface", "Function", SURFACES, "quadratic"),
    Number("lr", "Learning rate", 1e-4, 3.0, 0.05, log=True),
    Number("beta", "Momentum", 0.0, 0.99, 0.9),
    Number("condition", "Condition number", 1.0, 1000.0, 50.0, log=True),
    Number("angle", "Rotation (degrees)", 0.0, 90.0, 0.0),
    Number("steps", "Steps", 1, 500, 150, whole=True),
    Number("x", "Start x", -5.0, 5.0, -2.5),
    Number("y", "Start y", -5.0, 5.0, 1.2),
    Switch("off_axis", "Start off the axis (saddle)", True),
)

PRESETS: dict[str, dict[str, Any]] = {
    "ravine": {"condition": 100.0},
    "rotated ravine": {"condition": 100.0, "angle": 45.0},
    "Rosenbrock": {"surface": "Rosenbrock", "lr": 1e-3, "x": -1.2, "y": 1.0, "steps": 400},
    "saddle, off its axis": {"surface": "saddle", "x": -2.5, "y": 0.0},
    "saddle, exactly on its axis": {"surface": "saddle", "x": -2.5, "y": 0.0, "off_axis": False},
    "steep optimum": {"surface": "steep optimum", "x": 0.0, "y": 0.0, "lr": 0.1, "steps": 200},
}


def _built_in(rule: str) -> Walker:
    def run(ground: Surface, state: State) -> NDArray[Any]:
        return walk(rule, ground, _start(state), state["steps"], state["lr"], beta=state["beta"])

    return run


def _start(state: State) -> tuple[float, float]:
    nudge = 0.01 if state["surface"] == "saddle" and state["off_axis"] and state["y"] == 0 else 0.0
    return state["x"], state["y"] + nudge


def own_walk(optimizer_class: Callable[..., Any]) -> Walker:
    """Let an optimizer class of the notebook walk: `optimizer_class([w], lr=...)` with a `step()`.

    w is a matrix of one row and two columns, so that an optimizer for matrices can walk, too.

    Raises:
        NotImplementedError: It is still a stub.
    """

    def run(ground: Surface, state: State) -> NDArray[Any]:
        path = np.full((state["steps"] + 1, 2), np.nan)
        point = torch.tensor([_start(state)], dtype=torch.float64, requires_grad=True)
        optimizer = optimizer_class([point], lr=state["lr"])
        for t in range(state["steps"] + 1):
            ((x, y),) = point.detach().tolist()
            if not abs(x) + abs(y) < FAR_AWAY:
                break
            path[t] = x, y
            point.grad = torch.tensor([[float(g) for g in ground.gradient(x, y)]], dtype=torch.float64)
            with torch.no_grad():
                optimizer.step()
        return path

    return run


def _simulation(walkers: dict[str, Walker]) -> Callable[[State], dict[str, Any]]:
    def simulate(state: State) -> dict[str, Any]:
        ground = surface(state["surface"], state["condition"], state["angle"])
        paths = {name: walker(ground, state) for name, walker in walkers.items()}
        floor = ground.value(*ground.optimum) if ground.optimum else 0.0
        return {"paths": paths, "losses": {n: ground.value(p[:, 0], p[:, 1]) - floor for n, p in paths.items()}}

    return simulate


def describe(state: State, arrays: dict[str, Any]) -> str:
    """Rank the optimizers by their loss at the end; name those that diverged."""
    ends = {name: float(loss[-1]) for name, loss in arrays["losses"].items()}
    order = sorted((name for name in ends if np.isfinite(ends[name])), key=lambda name: ends[name])
    ranking = ", ".join(f"{name} {ends[name]:.2g}" for name in order)
    lost = [name for name in ends if not np.isfinite(ends[name])]
    diverged = f" Diverged: {', '.join(lost)}." if lost else ""
    return f"Loss above the minimum after {state['steps']} steps at lr {state['lr']:.3g}: {ranking}.{diverged}"


def draw(figure: Figure | SubFigure, state: State, arrays: dict[str, Any]) -> Picture:
    """Draw all paths on the contours and all learning curves."""
    left, right = figure.subplots(1, 2)
    backdrop = draw_contours(left, state["surface"], state["condition"], state["angle"])
    every = max(1, state["steps"] // 15)
    looks = {name: {**line(i, name), "markersize": 4, "markevery": every} for i, name in enumerate(arrays["paths"])}
    paths = {name: left.plot([], [], **look)[0] for name, look in looks.items()}
    losses = {name: quiet(right).semilogy([], [], label=name, **look)[0] for name, look in looks.items()}
    right.set(xlabel="step", ylabel="loss above the minimum", title="Learning curves")
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=3)

    def update(state: State, arrays: dict[str, Any]) -> object:
        backdrop(state["surface"], state["condition"], state["angle"])
        for name, path in arrays["paths"].items():
            paths[name].set_data(*path.T)
            losses[name].set_data(np.arange(len(path)), np.maximum(arrays["losses"][name], 1e-16))
        limits = fit(right, state["steps"], *arrays["losses"].values(), log=True)
        return state["surface"], state["condition"], state["angle"], limits

    update(state, arrays)
    return Picture((*paths.values(), *losses.values()), update)


def _sent(names: Sequence[str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def paths(arrays: dict[str, Any]) -> dict[str, Any]:
        # JSON knows no NaN: a walk that was lost ends early.
        walked = {name: arrays["paths"][name] for name in names}
        return {"paths": {name: path[np.isfinite(path[:, 0])].tolist() for name, path in walked.items()}}

    return paths


def _scene(rules: Sequence[str], own: dict[str, Walker] | None = None) -> Scene:
    own = own or {}
    walkers = {**{rule: _built_in(rule) for rule in rules}, **own}
    return Scene(
        name="race",
        title="D3: a race of optimizers",
        controls=CONTROLS,
        simulate=_simulation(walkers),
        draw=draw,
        describe=describe,
        presets=PRESETS,
        client=True,
        data=lambda: {"rules": list(rules)},
        own=_sent(tuple(own)) if own else None,
        size=(9.0, 5.0),
        story=("ravine", "rotated ravine", "saddle, off its axis"),
        alt="Paths and learning curves of the optimizers in a ravine along the axes, in the same ravine turned by "
        "45 degrees, where the per-coordinate methods lose their lead, and beside a saddle.",
    )


SCENE = _scene(COURSE)


def race_demo(**changes: Any) -> Demo:
    """Return demo D3 with the optimizers of the course."""
    return Demo(SCENE, **changes)


def race(*optimizer_classes: Callable[..., Any], against: Sequence[str] = ("SGD",), **changes: Any) -> Demo:
    """Let the optimizer classes of the notebook race, as in `race(MomentumOptimizer, AdamOptimizer)`.

    Args:
        optimizer_classes: Called as `optimizer_class([w], lr=...)`, with a `step()`.
        against: Built-in rules that run along, by their names in `walks.RULES`; "AdaGrad" and "Lion" are among them.
        changes: Values of controls, by name.

    Raises:
        NotImplementedError: One of the classes is still a stub.
    """
    own = {getattr(cls, "__name__", str(cls)): own_walk(cls) for cls in optimizer_classes}
    return Demo(_scene(against, own), **changes)
