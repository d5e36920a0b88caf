"""D7: Adam's first steps. With and without the correction of the averages, against the same gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from course_utils.widgets.controls import Choice, Number, State
from course_utils.widgets.demo import Demo
from course_utils.widgets.noise import normals
from course_utils.widgets.picture import Picture, fit
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import INK, line, quiet

__all__ = ["SCENE", "adam_start_demo", "simulate"]

KINDS = ("both corrected", "only the first", "only the second", "none corrected")
GRADIENTS = ("constant", "noisy", "alternating", "rare")

CONTROLS = (
    Number("beta1", "beta 1", 0.0, 0.999, 0.9),
    Number("beta2", "beta 2", 0.0, 0.9999, 0.99),
    Number("steps", "Steps", 2, 200, 20, whole=True),
    Choice("gradient", "Gradients", GRADIENTS, "constant"),
    Number("seed", "Seed", 0, 99, 0, whole=True),
)

PRESETS: dict[str, dict[str, Any]] = {
    "0.9 and 0.99: one step hides it": {"beta1": 0.9, "beta2": 0.99},
    "0.9 and 0.999: six times too long": {"beta1": 0.9, "beta2": 0.999},
    "noisy gradients": {"beta1": 0.9, "beta2": 0.999, "gradient": "noisy", "steps": 60},
    "rare gradients": {"beta1": 0.9, "beta2": 0.999, "gradient": "rare", "steps": 100},
}


def gradients(kind: str, steps: int, seed: int) -> NDArray[np.float64]:
    """Return a sequence of gradients, shape (steps,)."""
    if kind == "constant":
        return np.ones(steps)
    if kind == "alternating":
        return np.where(np.arange(steps) % 2 == 0, 1.0, -1.0)
    if kind == "rare":
        return np.where(np.arange(steps) % 10 == 0, 1.0, 0.0)
    return 1.0 + normals(seed, steps)


def simulate(state: State) -> dict[str, Any]:
    """Return step lengths in units of the learning rate, `steps[kind]` of shape (steps,), and the `excess` factors.

    `excess` is the uncorrected step over the corrected one, (1 - beta1^t) / sqrt(1 - beta2^t) (Kingma and Ba 2015,
    section 3).
    """
    g = gradients(state["gradient"], state["steps"], state["seed"])
    t = np.arange(1, len(g) + 1)
    first, second = _average(g, state["beta1"]), _average(g * g, state["beta2"])
    first_hat, second_hat = first / (1 - state["beta1"] ** t), second / (1 - state["beta2"] ** t)
    pairs = ((first_hat, second_hat), (first_hat, second), (first, second_hat), (first, second))
    steps = {kind: m / (np.sqrt(v) + 1e-12) for kind, (m, v) in zip(KINDS, pairs, strict=True)}
    excess = (1 - state["beta1"] ** t) / np.sqrt(1 - state["beta2"] ** t)
    return {"steps": steps, "excess": excess, "gradients": g}


def _average(values: NDArray[np.float64], beta: float) -> NDArray[np.float64]:
    # As a sum over all earlier values: the recursion is an exercise of the course, whose solutions students do not get.
    fading = beta ** np.arange(len(values))
    return (1 - beta) * np.convolve(values, fading)[: len(values)]


def describe(state: State, arrays: dict[str, Any]) -> str:
    """Say how far the uncorrected step is off at first, at its worst and at the end."""
    excess = arrays["excess"]
    worst = int(np.argmax(np.abs(np.log(excess))))
    said = f"Without correction the step is {excess[0]:.2f} times the right one at t = 1"
    return f"{said}, {excess[worst]:.2f} times at t = {worst + 1}, {excess[-1]:.2f} times at t = {len(excess)}."


def draw(figure: Figure | SubFigure, state: State, arrays: dict[str, Any]) -> Picture:
    """Draw the step length of the four kinds, and the factor by which the uncorrected one is off."""
    left, right = figure.subplots(1, 2)
    lines = {
        kind: quiet(left).plot([], [], label=kind, **{**line(i), "markersize": 4})[0] for i, kind in enumerate(KINDS)
    }
    left.set(xlabel="step t", ylabel="step / learning rate", title="Length of each step")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    (factor,) = quiet(right).plot([], [], **{**line(3), "markersize": 4})
    right.axhline(1.0, color=INK, linewidth=0.8)
    right.set(xlabel="step t", ylabel="uncorrected / corrected", title="Excess of the uncorrected step")
    for panel in (left, right):
        panel.xaxis.set_major_locator(MaxNLocator(5, integer=True))

    def update(state: State, arrays: dict[str, Any]) -> object:
        t = np.arange(1, len(arrays["excess"]) + 1)
        for kind, drawn in lines.items():
            drawn.set_data(t, arrays["steps"][kind])
        factor.set_data(t, arrays["excess"])
        return fit(left, state["steps"], *arrays["steps"].values()), fit(
            right, state["steps"], arrays["excess"], 1 + 0 * t
        )

    update(state, arrays)
    return Picture((*lines.values(), factor), update)


SCENE = Scene(
    name="adam_start",
    title="D7: Adam's first steps",
    controls=CONTROLS,
    simulate=simulate,
    draw=draw,
    describe=describe,
    presets=PRESETS,
    client=True,
    size=(9.0, 4.6),
    story=("0.9 and 0.99: one step hides it", "0.9 and 0.999: six times too long"),
    alt="Step length by step with and without correction. With betas 0.9 and 0.99 the first step is the same and the "
    "tenth twice too long; with 0.9 and 0.999 the first is three times too long and the tenth more than six times.",
)


def adam_start_demo(**changes: Any) -> Demo:
    """Return demo D7; `changes` set controls by name, as in `adam_start_demo(beta2=0.999)`."""
    return Demo(SCENE, **changes)
