"""D6: smoothness along a step. The loss and the gradient on the way down the gradient, with batch norm and without."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from course_utils.widgets.controls import Choice, Number, State
from course_utils.widgets.demo import Demo
from course_utils.widgets.noise import STREAM, normals
from course_utils.widgets.picture import Picture, fit
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import line, quiet

__all__ = ["SCENE", "simulate", "smoothness_demo"]

KINDS = ("without", "batch norm")
EXAMPLES, INPUTS, WIDTH, DEPTH, EPS = 128, 6, 12, 3, 1e-5
PLACES = 25

CONTROLS = (
    Number("trained", "Training steps before", 0, 100, 20, whole=True),
    Number("rate", "Learning rate of the training", 0.02, 0.5, 0.2, log=True),
    Number("reach", "Length of the step", 0.1, 10.0, 2.0, log=True),
    Number("stretch", "Hidden weights times", 0.2, 5.0, 1.0, log=True),
    Choice("shown", "Compare at", ("equal length", "equal rate"), "equal length"),
    Number("seed", "Seed", 0, 99, 0, whole=True),
)

PRESETS: dict[str, dict[str, Any]] = {
    "at the start": {"trained": 0},
    "after 20 steps": {},
    "after 100 steps": {"trained": 100},
    "a long step": {"reach": 8.0},
    "after 100 steps, a short step": {"trained": 100, "reach": 0.5},
    "short weights look rough": {"trained": 100, "reach": 0.5, "stretch": 0.3},
    "long weights look smooth": {"trained": 100, "reach": 0.5, "stretch": 3.0},
}

Array = NDArray[np.float64]
Weights = tuple[Array, ...]


def _data(seed: int) -> tuple[Array, Array]:
    """Return inputs (EXAMPLES, INPUTS) of unequal scales and a smooth target (EXAMPLES, 1) of variance 1."""
    x = normals(seed, EXAMPLES * INPUTS).reshape(EXAMPLES, INPUTS)
    target = np.sin(2 * x[:, :1]) + x[:, 1:2] * x[:, 2:3]
    scaled = x * np.geomspace(0.5, 2.0, INPUTS) + 0.5
    return scaled, (target - target.mean()) / target.std()


def _start(seed: int) -> Weights:
    sizes = [INPUTS, *[WIDTH] * DEPTH, 1]
    ends = np.cumsum([a * b for a, b in pairwise(sizes)])
    drawn = np.split(normals(seed + STREAM, int(ends[-1])), ends[:-1])
    return tuple(part.reshape(a, b) * (2 / a) ** 0.5 for part, (a, b) in zip(drawn, pairwise(sizes), strict=True))


def _loss_and_gradient(weights: Weights, x: Array, target: Array, normed: bool) -> tuple[float, Weights]:
    """Return half the mean squared error of a ReLU network, and its gradient by the weights."""
    h, kept = x, []
    for w in weights[:-1]:
        z = h @ w
        scale = np.sqrt(z.var(axis=0) + EPS) if normed else np.ones(z.shape[1])
        n = (z - z.mean(axis=0)) / scale if normed else z
        kept.append((h, n, scale))
        h = np.maximum(n, 0)
    error = h @ weights[-1] - target
    back = error / len(x)
    gradients = [h.T @ back]
    back = back @ weights[-1].T
    for (given, n, scale), w in zip(reversed(kept), reversed(weights[:-1]), strict=True):
        back = back * (n > 0)
        if normed:
            back = (back - back.mean(axis=0) - n * (back * n).mean(axis=0)) / scale
        gradients.append(given.T @ back)
        back = back @ w.T
    return float((error**2).mean() / 2), tuple(reversed(gradients))


def _norm(weights: Weights) -> float:
    return float(np.sqrt(sum((w**2).sum() for w in weights)))


@lru_cache(maxsize=64)
def _trained(kind: str, steps: int, rate: float, seed: int) -> tuple[Weights, Array, Array]:
    (x, target), weights = _data(seed), _start(seed)
    for _ in range(steps):
        _, gradient = _loss_and_gradient(weights, x, target, kind == "batch norm")
        # A diverging run stays finite, so that there is something to draw.
        weights = tuple(w - rate * np.clip(g, -10, 10) for w, g in zip(weights, gradient, strict=True))
    return weights, x, target


def simulate(state: State) -> dict[str, Any]:
    """Train both networks from one seed, then go down the gradient from there.

    Returns:
        For each kind the `distance` (PLACES,), the `loss` (half the mean squared error) and the `smoothness` |change of
        the gradient| / distance there, (PLACES,), whose first entry is that of the shortest step; and `norm`, the
        length of the gradient.
    """
    found: dict[str, Any] = {kind: _walk(kind, state) for kind in KINDS}
    return found


def _walk(kind: str, state: State) -> dict[str, Any]:
    weights, x, target = _trained(kind, state["trained"], state["rate"], state["seed"])
    weights = (*(state["stretch"] * w for w in weights[:-1]), weights[-1])
    normed = kind == "batch norm"
    start, gradient = _loss_and_gradient(weights, x, target, normed)
    norm = max(_norm(gradient), 1e-12)
    per_length = 1.0 if state["shown"] == "equal length" else norm
    distance = np.linspace(0, state["reach"], PLACES) * per_length
    losses, smoothness = [start], []
    for s in distance[1:]:
        moved = tuple(w - s / norm * g for w, g in zip(weights, gradient, strict=True))
        loss, there = _loss_and_gradient(moved, x, target, normed)
        losses.append(loss)
        smoothness.append(_norm(tuple(a - b for a, b in zip(there, gradient, strict=True))) / s)
    return {
        "distance": distance,
        "loss": np.array(losses),
        "smoothness": np.array([smoothness[0], *smoothness]),
        "norm": norm,
    }


def describe(state: State, arrays: dict[str, Any]) -> str:
    """Compare the ranges of the loss, and the smoothness of a short step and of the whole one."""
    parts = []
    for kind in KINDS:
        one = arrays[kind]
        name = "With batch norm" if kind == "batch norm" else "Without it"
        low, high = one["loss"].min(), one["loss"].max()
        rough = one["smoothness"]
        parts.append(
            f"{name}: loss {low:.2g} to {high:.2g}, smoothness {rough[0]:.2g} at first, {rough[-1]:.2g} overall"
        )
    ratio = arrays["without"]["smoothness"][-1] / max(arrays["batch norm"]["smoothness"][-1], 1e-12)
    said = f"{ratio:.2g} times rougher without" if ratio >= 1 else f"{1 / max(ratio, 1e-12):.2g} times rougher with"
    return f"{'. '.join(parts)}: {said}."


def draw(figure: Figure | SubFigure, state: State, arrays: dict[str, Any]) -> Picture:
    """Draw loss and smoothness along the step, for both networks."""
    left, right = figure.subplots(1, 2)
    lines = {}
    for panel, what in ((left, "loss"), (right, "smoothness")):
        for index, kind in enumerate(KINDS):
            (lines[what, kind],) = quiet(panel).plot([], [], label=kind, **{**line(index), "markersize": 3})
    left.set(ylabel="half the mean squared error", title="Loss along the step")
    right.set(ylabel="|change of the gradient| / distance", title="Local smoothness", yscale="log")
    left.legend(loc="upper left", fontsize=12)

    def update(state: State, arrays: dict[str, Any]) -> object:
        same = state["shown"] == "equal length"
        for (what, kind), drawn in lines.items():
            x = arrays[kind]["distance"] / (1.0 if same else arrays[kind]["norm"])
            drawn.set_data(x, arrays[kind][what])
        label = "distance in the space of the weights" if same else "multiple of the gradient (learning rate)"
        seen = []
        for panel, what in ((left, "loss"), (right, "smoothness")):
            panel.set_xlabel(label)
            seen.append(fit(panel, 1, *(arrays[kind][what] for kind in KINDS), log=what == "smoothness", span=50.0))
            panel.set_xlim(-0.02 * state["reach"], 1.02 * state["reach"])
        return state["reach"], label, *seen

    update(state, arrays)
    return Picture(tuple(lines.values()), update)


SCENE = Scene(
    name="smoothness",
    title="D6: smoothness along a step",
    controls=CONTROLS,
    simulate=simulate,
    draw=draw,
    describe=describe,
    presets=PRESETS,
    client=True,
    story=("after 20 steps", "after 100 steps, a short step", "short weights look rough", "long weights look smooth"),
    alt="Loss and local smoothness along one step down the gradient, with batch normalization and without. Over a long "
    "step the normalized network is the smoother one. Multiplying its hidden weights by 0.3 makes a short step ten "
    "times rougher, and multiplying them by 3 three times smoother, although its loss at the start stays the same.",
)


def smoothness_demo(**changes: Any) -> Demo:
    """Return demo D6; `changes` set controls by name, as in `smoothness_demo(trained=100)`."""
    return Demo(SCENE, **changes)
