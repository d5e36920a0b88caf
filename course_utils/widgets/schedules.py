"""D9: schedules. The learning rate by step, and beside it what it does to the loss of a noisy quadratic."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from course_utils.widgets.controls import Choice, Number, State
from course_utils.widgets.demo import Demo
from course_utils.widgets.noise import normals
from course_utils.widgets.picture import Picture, fit
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import line, quiet

__all__ = ["SCENE", "rates", "schedules_demo", "simulate"]

KINDS = ("constant", "step", "exponential", "cosine")
EIGENVALUES = np.geomspace(0.02, 1.0, 20)
WALKS, MAX_STEPS = 8, 400
# A start that is sharper than what follows flattens by this factor per step.
FLATTENS = 0.9
CAP = 1e6

CONTROLS = (
    Choice("kind", "Schedule", KINDS, "cosine"),
    Number("lr", "Highest learning rate", 1e-3, 4.0, 0.5, log=True),
    Number("warmup", "Warmup steps", 0, 100, 0, whole=True),
    Number("steps", "Steps", 20, MAX_STEPS, 200, whole=True),
    Number("noise", "Gradient noise", 0.0, 2.0, 0.5),
    Number("sharpness", "Curvature at the start, times", 1.0, 10.0, 1.0),
    Number("seed", "Seed", 0, 99, 0, whole=True),
)

PRESETS: dict[str, dict[str, Any]] = {
    "constant: the noise stays": {"kind": "constant"},
    "cosine: the noise is let out": {"kind": "cosine"},
    "step": {"kind": "step"},
    "a sharp start, no warmup": {"kind": "cosine", "lr": 1.0, "sharpness": 5.0},
    "a sharp start, with warmup": {"kind": "cosine", "lr": 1.0, "sharpness": 5.0, "warmup": 40},
}


def rates(kind: str, lr: float, steps: int, warmup: int) -> NDArray[np.float64]:
    """Return the learning rate of each step, shape (steps,): linear warmup, then the schedule.

    step: divided by 10 after one half and again after three quarters; exponential: down to 1/100 at the end;
    cosine: lr (1 + cos(pi s)) / 2 for s from 0 to 1 (Loshchilov and Hutter 2017).
    """
    t = np.arange(steps)
    s = np.clip((t - warmup) / max(1, steps - warmup), 0, 1)
    shapes = {
        "constant": np.ones(steps),
        "step": np.where(s < 0.5, 1.0, np.where(s < 0.75, 0.1, 0.01)),
        "exponential": 0.01**s,
        "cosine": (1 + np.cos(math.pi * s)) / 2,
    }
    ramp = np.minimum(1.0, (t + 1) / warmup) if warmup else 1.0
    return np.asarray(lr * ramp * shapes[kind])


def simulate(state: State) -> dict[str, NDArray[Any]]:
    """Run noisy gradient descent on a quadratic of 20 directions, eight walks at once.

    In step t all curvatures are multiplied by 1 + (sharpness - 1) 0.9^t.

    Returns:
        `rates` (steps,) and, over the eight walks, `median`, `low` and `high` of the loss, each (steps + 1,).
    """
    steps = state["steps"]
    lrs = rates(state["kind"], state["lr"], steps, state["warmup"])
    noise = state["noise"] * normals(state["seed"], MAX_STEPS * WALKS * len(EIGENVALUES)).reshape(MAX_STEPS, WALKS, -1)
    sharpness = 1 + (state["sharpness"] - 1) * FLATTENS ** np.arange(steps)
    factors = (lrs * sharpness)[:, None] * EIGENVALUES
    pushes = factors[:, None] * noise[:steps]
    w = np.ones((steps + 1, WALKS, len(EIGENVALUES)))
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(steps):
            np.multiply(w[t], 1 - factors[t], out=w[t + 1])
            w[t + 1] -= pushes[t]
        losses = np.minimum((w * w) @ EIGENVALUES / 2, CAP)
    return {"rates": lrs, "median": np.median(losses, 1), "low": losses.min(1), "high": losses.max(1)}


def describe(state: State, arrays: dict[str, NDArray[Any]]) -> str:
    """Say where the loss ends, and how that compares with the constant rate."""
    end, worst = float(arrays["median"][-1]), float(arrays["median"].max())
    limit = f"the limit 2/L is {2 / (EIGENVALUES[-1] * state['sharpness']):.3g} at the start"
    if end > arrays["median"][0]:
        return f"Diverges: the highest rate is {state['lr']:.3g}, {limit}."
    constant = float(simulate({**state, "kind": "constant", "warmup": 0})["median"][-1])
    beside = "the constant rate diverges" if constant >= CAP else f"with the constant rate it ends at {constant:.3g}"
    rose = (
        f" It had risen {'beyond' if worst >= CAP else 'to'} {worst:.3g}: {limit}."
        if worst > 10 * arrays["median"][0]
        else ""
    )
    return f"{state['kind'].capitalize()}: the loss ends at {end:.3g} (median of {WALKS} walks); {beside}.{rose}"


def draw(figure: Figure | SubFigure, state: State, arrays: dict[str, Any]) -> Picture:
    """Draw the learning rate and the loss side by side."""
    left, right = figure.subplots(1, 2)
    (rate,) = quiet(left).plot([], [], **{**line(0), "marker": ""})
    left.set(xlabel="step", ylabel="learning rate", title="Schedule")
    (median,) = quiet(right).semilogy([], [], **{**line(1), "marker": "", "linestyle": "-"}, label="median of 8 walks")
    edges = [right.semilogy([], [], color="#D55E00", linewidth=0.7, linestyle=":")[0] for _ in range(2)]
    edges[0].set_label("lowest and highest")
    right.set(xlabel="step", ylabel="loss", title="Loss with noisy gradients")
    right.legend(loc="upper right")

    def update(state: State, arrays: dict[str, Any]) -> object:
        steps = np.arange(len(arrays["median"]))
        rate.set_data(steps[:-1], arrays["rates"])
        for drawn, name in ((median, "median"), (edges[0], "low"), (edges[1], "high")):
            drawn.set_data(steps, arrays[name])
        zero = np.zeros(1)
        limits = fit(right, state["steps"], arrays["low"], arrays["high"], log=True)
        return fit(left, state["steps"], arrays["rates"], zero), limits

    update(state, arrays)
    return Picture((rate, median, *edges), update)


SCENE = Scene(
    name="schedules",
    title="D9: schedules",
    controls=CONTROLS,
    simulate=simulate,
    draw=draw,
    describe=describe,
    presets=PRESETS,
    client=True,
    story=("constant: the noise stays", "cosine: the noise is let out", "a sharp start, with warmup"),
    alt="Learning rate by step beside the loss of a noisy quadratic: a constant rate stops at a floor of noise, a "
    "cosine schedule goes below it, and a warmup waits until a sharp start has flattened.",
)


def schedules_demo(**changes: Any) -> Demo:
    """Return demo D9; `changes` set controls by name, as in `schedules_demo(kind="step")`."""
    return Demo(SCENE, **changes)
