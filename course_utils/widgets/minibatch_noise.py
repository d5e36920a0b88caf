"""D4: minibatch noise. A cloud of gradients that shrinks with the root of the batch, and what a budget buys."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from course_utils.widgets.controls import Number, State
from course_utils.widgets.demo import Demo
from course_utils.widgets.noise import STREAM, normals, orders
from course_utils.widgets.picture import Picture, fit
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import line, quiet

__all__ = ["SCENE", "minibatch_demo", "simulate"]

EXAMPLES, CLOUD, WALKS = 512, 300, 5
MAX_STEPS = 400
# A batch of 257 leaves the rest of an epoch; the largest budget has 63 of these.
MAX_EPOCHS = 64

CONTROLS = (
    Number("batch_size", "Batch size", 1, EXAMPLES, 8, log=True, whole=True),
    Number("lr", "Learning rate", 1e-3, 1.0, 0.1, log=True),
    Number("budget", "Examples to spend", 512, 16384, 4096, log=True, whole=True),
    Number("overhead", "Cost of an update (in examples)", 0, 200, 20, whole=True),
    Number("seed", "Seed", 0, 99, 0, whole=True),
)

PRESETS: dict[str, dict[str, Any]] = {
    "one example at a time": {"batch_size": 1, "lr": 0.02},
    "eight": {"batch_size": 8},
    "sixty-four": {"batch_size": 64},
    "the full batch": {"batch_size": EXAMPLES, "lr": 0.3},
    "updates cost nothing": {"batch_size": 1, "lr": 0.02, "overhead": 0},
}


def problem(seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a linear regression, inputs (512, 2) and targets (512,) = x (1, -1) + noise of standard deviation 1."""
    x = normals(seed, 2 * EXAMPLES).reshape(EXAMPLES, 2) * np.array([1.5, 0.7])
    return x, x @ np.array([1.0, -1.0]) + normals(seed + STREAM, EXAMPLES)


def loss(w: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of (x w - y)^2 / 2 over all examples, for w of shape (..., 2)."""
    second, across = np.asarray(x.T @ x / len(x)), np.asarray(x.T @ y / len(x))
    return np.asarray(np.einsum("...i,ij,...j->...", w, second, w) / 2 - w @ across + (y @ y) / (2 * len(y)))


def cloud(state: State) -> dict[str, NDArray[np.float64]]:
    """Return the `full` gradient (2,) at w = 0, 300 gradients of minibatches, and the `spread` that theory expects.

    Batches are drawn without replacement, so the variance is that of single examples divided by B, times
    (N - B) / (N - 1) (Cochran 1977, theorem 2.2); `spread` is its root, summed over both directions.
    """
    x, y = problem(state["seed"])
    single = -x * y[:, None]
    b = state["batch_size"]
    rows = orders(state["seed"] + 2 * STREAM, CLOUD, EXAMPLES)[:, :b]
    share = (EXAMPLES - b) / (EXAMPLES - 1) / b
    spread = np.sqrt(single.var(axis=0).sum() * share)
    return {"full": single.mean(axis=0), "cloud": single[rows].mean(axis=1), "spread": np.array(spread)}


def walks(state: State) -> dict[str, NDArray[np.float64]]:
    """Run five walks, each with its own order in every epoch, until the budget is spent.

    Returns:
        `updates` (points,), the updates done at each recorded point; `losses` (5, points), above the minimum.
    """
    x, y = problem(state["seed"])
    b = state["batch_size"]
    updates = max(1, state["budget"] // b)
    # Many small batches: a walk is recorded at 400 points at most.
    every = -(-updates // MAX_STEPS)
    per_epoch = max(1, EXAMPLES // b)
    epochs = -(-updates // per_epoch)
    drawn = orders(state["seed"] + 3 * STREAM, MAX_EPOCHS * WALKS, EXAMPLES).reshape(MAX_EPOCHS, WALKS, EXAMPLES)
    order = drawn[:epochs].swapaxes(0, 1)[:, :, : per_epoch * b]
    batches = order.reshape(WALKS, -1, b)[:, :updates]
    w, kept = np.zeros((WALKS, 2)), [np.zeros((WALKS, 2))]
    for t in range(updates):
        xb, yb = x[batches[:, t]], y[batches[:, t]]  # (5, b, 2), (5, b)
        residual = np.einsum("kbi,ki->kb", xb, w) - yb
        w = w - state["lr"] * np.einsum("kb,kbi->ki", residual, xb) / b
        if (t + 1) % every == 0:
            kept.append(w)
    best = np.asarray(np.linalg.lstsq(x, y, rcond=None)[0], dtype=np.float64)
    path = np.clip(np.stack(kept, axis=1), -1e6, 1e6)
    above = np.maximum(loss(path, x, y) - loss(best, x, y), 1e-12)
    return {"updates": every * np.arange(path.shape[1]), "losses": above}


def simulate(state: State) -> dict[str, NDArray[Any]]:
    """Return what `cloud` and `walks` return, and the `cost` of each point, in passes over one example."""
    ran = walks(state)
    with_overhead = ran["updates"] * (state["batch_size"] + state["overhead"])
    return {**cloud(state), **ran, "examples": ran["updates"] * state["batch_size"], "cost": with_overhead}


def describe(state: State, arrays: dict[str, NDArray[Any]]) -> str:
    """Compare the spread of the cloud with theory, and say what the budget bought."""
    around = arrays["cloud"] - arrays["full"]
    seen, expected = float(np.sqrt((around**2).sum(axis=1).mean())), float(arrays["spread"])
    seen = seen if seen > 1e-9 else 0.0
    ends = arrays["losses"][:, -1]
    ending = f"{np.median(ends):.2g} above the minimum ({ends.min():.2g} to {ends.max():.2g} over {WALKS} walks)"
    if np.median(ends) > arrays["losses"][0, 0]:
        ending = "diverging"
    return (
        f"Batches of {state['batch_size']}: gradients lie {seen:.3g} around the full one (theory {expected:.3g}); "
        f"{arrays['updates'][-1]} updates end {ending}, at a cost of {arrays['cost'][-1]:,} example passes."
    )


def draw(figure: Figure | SubFigure, state: State, arrays: dict[str, Any]) -> Picture:
    """Draw the cloud, the loss by examples seen, and the loss by cost."""
    made = figure.subplot_mosaic([["cloud", "examples"], ["cloud", "cost"]])
    axes = [made[name] for name in ("cloud", "examples", "cost")]
    dots, full = _cloud_lines(axes[0])
    curves = [_walk_lines(panel) for panel in axes[1:]]
    axes[1].set(xlabel="examples seen", title="Loss by examples")
    axes[2].set(xlabel="cost (passes over one example)", title="Loss by cost of computation")

    def update(state: State, arrays: dict[str, Any]) -> object:
        dots.set_data(*arrays["cloud"].T)
        full.set_data(*arrays["full"][:, None])
        seen = []
        for panel, lines, across in zip(axes[1:], curves, ("examples", "cost"), strict=True):
            for drawn, losses in zip(lines, (*arrays["losses"], np.median(arrays["losses"], 0)), strict=True):
                drawn.set_data(arrays[across], losses)
            # The axis ends at a power of two, so that it seldom moves.
            end = 2 ** math.ceil(math.log2(max(2, arrays[across][-1])) - 0.02)
            seen.append(fit(panel, end, np.array([1e-4, 5.0]), log=True))
        return tuple(seen)

    update(state, arrays)
    return Picture((dots, full, *curves[0], *curves[1]), update)


def _cloud_lines(axes: Axes) -> tuple[Line2D, Line2D]:
    (dots,) = quiet(axes).plot([], [], marker="o", linestyle="none", markersize=3, color="#0072B2", alpha=0.5)
    (full,) = axes.plot([], [], marker="X", linestyle="none", markersize=12, color="#D55E00", markeredgecolor="white")
    axes.set(xlim=(-9, 5), ylim=(-4, 5), xlabel="gradient, first weight", ylabel="gradient, second weight")
    axes.set_title("Minibatch gradients (cross: full)")
    return dots, full


def _walk_lines(axes: Axes) -> list[Line2D]:
    single = [quiet(axes).semilogy([], [], color="#999999", linewidth=0.6)[0] for _ in range(WALKS)]
    median = axes.semilogy([], [], **{**line(1), "marker": "", "linestyle": "-", "linewidth": 2.2})[0]
    axes.set_ylabel("loss above the minimum")
    axes.locator_params(axis="x", nbins=4)
    return [*single, median]


SCENE = Scene(
    name="minibatch_noise",
    title="D4: minibatch noise",
    controls=CONTROLS,
    simulate=simulate,
    draw=draw,
    describe=describe,
    presets=PRESETS,
    client=True,
    size=(9.0, 6.4),
    story=("one example at a time", "sixty-four", "the full batch"),
    alt="A cloud of minibatch gradients around the full gradient shrinks as batches grow; by examples seen small "
    "batches get far first and then jitter, by cost of computation middle-sized batches win.",
)


def minibatch_demo(**changes: Any) -> Demo:
    """Return demo D4; `changes` set controls by name, as in `minibatch_demo(batch_size=64)`."""
    return Demo(SCENE, **changes)
