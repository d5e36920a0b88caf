"""The cost of a gradient by the number of examples: fixed for few, proportional for many."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from course_utils.widgets.controls import Choice, Number, State
from course_utils.widgets.demo import Demo
from course_utils.widgets.digit_training import digits_record, hidden_sizes, small_digits, started
from course_utils.widgets.picture import Picture
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import line, quiet

__all__ = ["SCENE", "update_cost_demo"]

POINTS = (1, 5, 10, 100, 200, 500, 1000, 5000, 10000, 20000, 30000, 50000)
PASSES = ("forward", "backward")
# What is measured while a page is made must take no time.
TORCH_LARGEST, TORCH_REPEATS = 1000, 3

HIDDEN = Choice("hidden", "Hidden layers", ("1", "100", "50, 50"), "100")
CONTROLS = (
    HIDDEN,
    Number("largest", "Largest number of examples", 100, 50000, 20000, log=True, whole=True),
    Number("repeats", "Repeats (the median counts)", 1, 15, 5, whole=True),
)

PRESETS: dict[str, dict[str, Any]] = {
    "one unit": {"hidden": "1"},
    "100": {"hidden": "100"},
    "50, 50": {"hidden": "50, 50"},
    "quick": {"hidden": "100", "largest": 1000, "repeats": 3},
}


def simulate(state: State) -> dict[str, Any]:
    """Return `points`, the numbers of examples, and `forward` and `backward` (ms), NaN before they are measured."""
    points = np.array([n for n in POINTS if n <= state["largest"]])
    return {"points": points, **{name: np.full(len(points), np.nan) for name in PASSES}}


def work(state: State) -> Iterator[dict[str, Any]]:
    """Measure one number of examples after the other: the forward pass, then autograd alone, without an update."""
    x, y = small_digits().tensors()
    model = started(0, [x.shape[1], *hidden_sizes(state["hidden"]), 10])
    arrays = simulate(state)
    for k, n in enumerate(arrays["points"].tolist()):
        picks = torch.arange(n) % len(x)
        arrays["forward"][k], arrays["backward"][k] = _measure(model, x[picks], y[picks], state["repeats"])
        yield arrays


def _measure(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, repeats: int) -> tuple[float, float]:
    """Return the median times of both passes in ms, after one that warms up."""
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        middle = time.perf_counter()
        torch.autograd.grad(loss, list(model.parameters()))
        times.append((1e3 * (middle - start), 1e3 * (time.perf_counter() - middle)))
    forward, backward = np.median(times[1:], axis=0).tolist()
    return forward, backward


def record() -> dict[str, Any]:
    """Return the digits, and what torch takes on this machine for up to 1000 examples, ready for JSON.

    The browser measures its own passes beside these.
    """
    x, y = small_digits().tensors()
    points, measured = [n for n in POINTS if n <= TORCH_LARGEST], {}
    for hidden in HIDDEN.options:
        model = started(0, [x.shape[1], *hidden_sizes(hidden), 10])
        rows = [torch.arange(n) % len(x) for n in points]
        measured[hidden] = [sum(_measure(model, x[at], y[at], TORCH_REPEATS)) for at in rows]
    machine = f"torch {torch.__version__.split('+')[0]} on {platform.machine()}, threads: {torch.get_num_threads()}"
    return {**digits_record(), "torch": {"points": points, "both": measured, "machine": machine}}


def describe(state: State, arrays: dict[str, NDArray[Any]]) -> str:
    """Say what one example costs alone and in the largest batch."""
    total = arrays["forward"] + arrays["backward"]
    done = np.flatnonzero(np.isfinite(total))
    if not done.size:
        return "Press Start to measure on this machine."
    first, last = arrays["points"][0], arrays["points"][done[-1]]
    each = 1e3 * total[done[-1]] / last
    return (
        f"On this machine a gradient of {first} example takes {total[0]:.2g} ms, of {last:,} examples "
        f"{total[done[-1]]:.3g} ms: {1e3 * total[0]:.3g} against {each:.3g} microseconds per example."
    )


def draw(figure: Figure | SubFigure, state: State, arrays: dict[str, Any]) -> Picture:
    """Draw the time of both passes, and the time per example, by the number of examples."""
    left, right = figure.subplots(1, 2)
    lines = [quiet(left).loglog([], [], label=name, **line(i))[0] for i, name in enumerate(PASSES)]
    (each,) = quiet(right).loglog([], [], **line(2))
    left.set(xlabel="examples", ylabel="time (ms)", title="One pass", ylim=(1e-2, 1e4))
    right.set(xlabel="examples", ylabel="time per example (µs)", title="Both passes, per example", ylim=(1e-1, 1e4))
    for axes in (left, right):
        axes.set_xlim(0.7, 8e4)
        axes.minorticks_off()
    left.legend(loc="upper left")

    def update(state: State, arrays: dict[str, Any]) -> object:
        for drawn, name in zip(lines, PASSES, strict=True):
            drawn.set_data(arrays["points"], arrays[name])
        each.set_data(arrays["points"], 1e3 * (arrays["forward"] + arrays["backward"]) / arrays["points"])
        return None

    update(state, arrays)
    return Picture((*lines, each), update)


SCENE = Scene(
    name="update_cost",
    title="What a gradient costs",
    controls=CONTROLS,
    simulate=simulate,
    draw=draw,
    describe=describe,
    presets=PRESETS,
    client=True,
    data=record,
    size=(9.0, 4.2),
    story=("quick",),
    alt="Time of a forward and a backward pass by the number of examples, on logarithmic axes: flat for few examples, "
    "where each call costs the same, and proportional for many.",
    work=work,
)


def update_cost_demo(**changes: Any) -> Demo:
    """Return the demo of the cost of a gradient; `changes` set controls, as in `update_cost_demo(hidden="1")`."""
    return Demo(SCENE, **changes)
