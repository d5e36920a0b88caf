"""Three batch sizes, one budget of seconds; beside it the same losses by examples, which any machine repeats."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure, SubFigure

from course_utils.widgets.controls import Choice, Number, State
from course_utils.widgets.demo import Demo
from course_utils.widgets.digit_training import digits_record, small_digits, started
from course_utils.widgets.noise import STREAM, picks
from course_utils.widgets.picture import Picture, fit
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import INK, line, quiet

__all__ = ["SCENE", "batch_sizes_demo"]

IMAGES, GOAL, TURN_S = 898, 0.5, 0.05
SIZES = (64, 100, 100, 10)

CONTROLS = (
    Number("size_1", "First batch size", 1, IMAGES, 20, log=True, whole=True),
    Number("size_2", "Second batch size", 1, IMAGES, 250, log=True, whole=True),
    Number("size_3", "Third batch size", 1, IMAGES, 800, log=True, whole=True),
    Number("lr_1", "First learning rate", 1e-4, 1.0, 5e-3, log=True),
    Number("lr_2", "Second learning rate", 1e-4, 1.0, 5e-3, log=True),
    Number("lr_3", "Third learning rate", 1e-4, 1.0, 5e-3, log=True),
    Choice("budget", "Seconds for each", ("0.5", "2.5", "5", "10"), "2.5"),
    Number("seed", "Seed", 0, 99, 0, whole=True),
)

PRESETS: dict[str, dict[str, Any]] = {
    "one rate for all": {},
    "a rate for each": {"lr_1": 0.02, "lr_2": 0.1, "lr_3": 0.2},
    "half a second each": {"lr_1": 0.02, "lr_2": 0.1, "lr_3": 0.2, "budget": "0.5"},
}


def simulate(state: State) -> dict[str, Any]:
    """Return `seconds`, `examples` and `losses`: for each of the three runs an array, empty before training."""
    return {name: [np.empty(0) for _ in range(3)] for name in ("seconds", "examples", "losses")}


class BatchSizeRun:
    """One of the three trainings: it trains while it is its turn, and its clock runs only then."""

    def __init__(self, batch_size: int, lr: float, seed: int) -> None:
        self.model = started(seed, SIZES)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=lr)
        self.batch_size = batch_size
        self.seed = seed
        self.record: list[tuple[float, int, float]] = []
        self.seconds = 0.0

    def turn(self, seconds: float) -> None:
        """Train for this long, one update at least."""
        x, y = small_digits().tensors()
        start, before = time.perf_counter(), self.seconds
        while self.seconds < before + seconds:
            batch = picks(self.seed + STREAM, self.batch_size, IMAGES, len(self.record) * self.batch_size)
            loss = torch.nn.functional.cross_entropy(self.model(x[batch]), y[batch])
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.seconds = before + time.perf_counter() - start
            self.record.append((self.seconds, (len(self.record) + 1) * self.batch_size, loss.item()))


def work(state: State) -> Iterator[dict[str, Any]]:
    """Let the three runs take turns of 50 ms until each has spent its budget."""
    runs = [BatchSizeRun(state[f"size_{k}"], state[f"lr_{k}"], state["seed"]) for k in "123"]
    budget = float(state["budget"])
    while any(run.seconds < budget for run in runs):
        for run in runs:
            if run.seconds < budget:
                run.turn(min(TURN_S, budget - run.seconds))
        columns = [np.array(run.record).T for run in runs]
        yield {name: [part[k] for part in columns] for k, name in enumerate(("seconds", "examples", "losses"))}


def smooth(losses: Any) -> Any:
    """Return the mean of each loss and up to 19 before it; the first have fewer."""
    if len(losses) == 0:
        return losses
    sums = np.concatenate([[0.0], np.cumsum(losses)])
    ends = np.arange(1, len(losses) + 1)
    starts = np.maximum(0, ends - 20)
    return (sums[ends] - sums[starts]) / (ends - starts)


def describe(state: State, arrays: dict[str, Any]) -> str:
    """Say for each batch size how far it came, and whether it stays below the goal."""
    if not len(arrays["losses"][0]):
        return f"Press Start: each size trains for {state['budget']} s. Task: a loss steadily below {GOAL}."
    parts = []
    for k, losses, examples in zip("123", arrays["losses"], arrays["examples"], strict=True):
        end = float(smooth(losses)[-1])
        verdict = ", below the goal" if end < GOAL else ""
        parts.append(f"batches of {state[f'size_{k}']}: {end:.2f} after {int(examples[-1]):,} examples{verdict}")
    return f"Loss, mean of the last 20 updates, on this machine: {'; '.join(parts)}."


def draw(figure: Figure | SubFigure, state: State, arrays: dict[str, Any]) -> Picture:
    """Draw one panel per size by seconds, and all three by examples."""
    axes = figure.subplots(2, 2).ravel()
    raw = [quiet(axes[k]).plot([], [], color="#999999", linewidth=0.6)[0] for k in range(3)]
    means = [axes[k].plot([], [], **{**line(k), "marker": "", "linewidth": 2})[0] for k in range(3)]
    by_examples = [quiet(axes[3]).plot([], [], **{**line(k), "marker": "", "linewidth": 2})[0] for k in range(3)]
    for panel in axes[:3]:
        panel.axhline(GOAL, color=INK, linewidth=0.8)
        panel.set(xlabel="training time (s)", ylabel="loss (nats)", ylim=(0, 3))
    axes[3].locator_params(axis="x", nbins=4)
    axes[3].set(xlabel="examples", ylabel="loss (nats)", title="All three, by examples", ylim=(0, 3))

    def update(state: State, arrays: dict[str, Any]) -> object:
        for k, number in enumerate("123"):
            losses = arrays["losses"][k]
            raw[k].set_data(arrays["seconds"][k], losses)
            means[k].set_data(arrays["seconds"][k], smooth(losses))
            by_examples[k].set_data(arrays["examples"][k], smooth(losses))
            axes[k].set_xlim(0, float(state["budget"]))
            axes[k].set_title(f"Batches of {state[f'size_{number}']}, lr {state[f'lr_{number}']:.3g}")
        most = max([1.0, *(float(seen[-1]) for seen in arrays["examples"] if len(seen))])
        limits = fit(axes[3], int(2 ** np.ceil(np.log2(most))), np.array([0.0, 3.0]))
        axes[3].set_ylim(0, 3)
        return tuple(state.values()), limits

    update(state, arrays)
    return Picture((*raw, *means, *by_examples), update)


SCENE = Scene(
    name="batch_sizes",
    title="Batch sizes on a budget of seconds",
    controls=CONTROLS,
    simulate=simulate,
    draw=draw,
    describe=describe,
    presets=PRESETS,
    client=True,
    data=digits_record,
    size=(9.0, 6.8),
    story=("half a second each",),
    alt="Training loss of batches of 20, 250 and 800 by training time, one panel each, and all three by examples.",
    work=work,
)


def batch_sizes_demo(**changes: Any) -> Demo:
    """Return the demo of batch sizes; `changes` set controls by name, as in `batch_sizes_demo(lr_1=0.02)`."""
    return Demo(SCENE, **changes)
