"""D10: which bug is it? A learning curve from a training loop with one fault; the audience votes, then it is named."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from course_utils.widgets.controls import Number, State, Switch
from course_utils.widgets.demo import Demo
from course_utils.widgets.picture import Picture, fit
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import line, quiet

__all__ = ["BUGS", "SCENE", "simulate", "train", "which_bug_demo"]

STEPS, BATCH, HIDDEN, HEALTHY_SEEDS = 150, 64, 32, (0, 1, 2)
CAP = 50.0
LETTERS = "ABCD"


@dataclass(frozen=True)
class Loop:
    """A training loop with its switches; the values here are those of a loop without a fault."""

    clear: bool = True
    sign: float = -1.0
    shuffle_labels: bool = False
    scale: float = 1.0
    lr: float = 0.05
    zero_start: bool = False
    softmax_twice: bool = False
    evaluate_with_dropout: bool = False


@dataclass(frozen=True)
class Bug:
    """A fault: its name, what gives it away, and the loop that has it."""

    name: str
    sign: str
    loop: Loop


BUGS = (
    Bug(
        "gradients are never cleared", "the loss swings wider and wider, although the rate is small", Loop(clear=False)
    ),
    Bug("the step has the wrong sign", "the loss rises from the very first step", Loop(sign=1.0)),
    Bug(
        "labels are shuffled apart from the images",
        "the loss stays near ln 10 = 2.30 and the accuracy near a tenth",
        Loop(shuffle_labels=True),
    ),
    Bug(
        "the inputs are not normalised", "the first loss is far above ln 10 and early steps are wild", Loop(scale=16.0)
    ),
    Bug("the learning rate is far too high", "the loss jumps, and most units die", Loop(lr=2.0)),
    Bug("all weights start at zero", "the loss begins at exactly ln 10 and stays there", Loop(zero_start=True)),
    Bug("softmax is applied twice", "learning works, but the loss cannot fall below 1.46", Loop(softmax_twice=True)),
    Bug(
        "dropout is left on when evaluating",
        "the validation accuracy is ragged and lies below the healthy band",
        Loop(evaluate_with_dropout=True),
    ),
)

CONTROLS = (
    Number("case", "Case", 1, len(BUGS), 1, whole=True),
    Switch("reveal", "Show the answer", False),
    Number("votes_A", "Votes for A", 0, 500, 0, whole=True),
    Number("votes_B", "Votes for B", 0, 500, 0, whole=True),
    Number("votes_C", "Votes for C", 0, 500, 0, whole=True),
    Number("votes_D", "Votes for D", 0, 500, 0, whole=True),
)

PRESETS: dict[str, dict[str, Any]] = {f"case {k}": {"case": k} for k in range(1, len(BUGS) + 1)} | {
    "case 1, answered": {"case": 1, "votes_A": 12, "votes_B": 31, "votes_C": 8, "votes_D": 5, "reveal": True},
}


@lru_cache(maxsize=32)
def train(loop: Loop, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Train a network of one hidden layer on the 8 x 8 digits, with the faults of `loop`.

    Returns:
        The loss of each batch, capped at 50 (`CAP`), and the validation accuracy after each step, both of shape (150,).
    """
    from course_utils.data.digits import load_digits_data

    digits = load_digits_data()
    torch.manual_seed(seed)
    model = torch.nn.Sequential(
        torch.nn.Linear(64, HIDDEN), torch.nn.ReLU(), torch.nn.Dropout(0.5), torch.nn.Linear(HIDDEN, 10)
    )
    if loop.zero_start:
        for parameter in model.parameters():
            torch.nn.init.zeros_(parameter)
    optimizer = torch.optim.SGD(model.parameters(), lr=loop.lr, momentum=0.9, maximize=loop.sign > 0)
    x, y = digits.x_train * loop.scale, digits.y_train
    if loop.shuffle_labels:
        y = y[torch.randperm(len(y))]
    kept = [_step(model, optimizer, loop, x, y, digits) for _ in range(STEPS)]
    losses, accuracies = np.array(kept).T
    # Rounded, so that the copy in an exported page is short and the same.
    return np.round(np.nan_to_num(np.minimum(losses, CAP), nan=CAP), 7), np.round(accuracies, 7)


def _step(model: Any, optimizer: Any, loop: Loop, x: Any, y: Any, digits: Any) -> tuple[float, float]:
    batch = torch.randint(len(x), (BATCH,))
    model.train()
    outputs = model(x[batch])
    loss = torch.nn.functional.cross_entropy(outputs.softmax(1) if loop.softmax_twice else outputs, y[batch])
    if loop.clear:
        optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    model.train(loop.evaluate_with_dropout)
    with torch.no_grad():
        guesses = model(digits.x_valid * loop.scale).argmax(1)
    return loss.item(), float((guesses == digits.y_valid).float().mean())


@lru_cache(maxsize=16)
def case(number: int) -> tuple[int, tuple[int, ...]]:
    """Return the number of the bug in a case, and the four that stand for choice; drawn once, the same everywhere."""
    order = np.random.default_rng(17).permutation(len(BUGS))
    bug = int(order[number - 1])
    rng = np.random.default_rng([17, number])
    others = rng.choice([k for k in range(len(BUGS)) if k != bug], size=len(LETTERS) - 1, replace=False)
    return bug, tuple(int(k) for k in rng.permutation([bug, *others]))


def record() -> dict[str, Any]:
    """Return all cases for the browser, ready for JSON: what is chosen from, the curves of every bug, healthy bands."""
    runs = [train(bug.loop, 0) for bug in BUGS]
    curves = [{"loss": loss.tolist(), "accuracy": accuracy.tolist()} for loss, accuracy in runs]
    return {
        "cases": [dict(zip(("bug", "choices"), case(number), strict=True)) for number in range(1, len(BUGS) + 1)],
        "bugs": [
            {"name": bug.name, "sign": bug.sign, "curves": drawn} for bug, drawn in zip(BUGS, curves, strict=True)
        ],
        "healthy": {name: band.tolist() for name, band in _healthy().items()},
    }


def _healthy() -> dict[str, NDArray[np.float64]]:
    """Return the lowest and the highest loss and accuracy of the healthy runs, step by step."""
    runs = [train(Loop(), seed) for seed in HEALTHY_SEEDS]
    return {
        f"{end}_{name}": getattr(np, end)([run[k] for run in runs], axis=0)
        for k, name in enumerate(("loss", "accuracy"))
        for end in ("min", "max")
    }


def simulate(state: State) -> dict[str, Any]:
    """Return `loss` and `accuracy` (150,) of the case, and the lowest and highest of three healthy runs.

    Also `choices`, four numbers of bugs; `votes` (4,) for them; and `right`, which of the four it is.
    """
    bug, choices = case(state["case"])
    loss, accuracy = train(BUGS[bug].loop, 0)
    votes = np.array([state[f"votes_{letter}"] for letter in LETTERS])
    return {
        "loss": loss,
        "accuracy": accuracy,
        **_healthy(),
        "choices": choices,
        "votes": votes,
        "right": choices.index(bug),
    }


def describe(state: State, arrays: dict[str, Any]) -> str:
    """Say what is seen and what can be chosen; with the answer, why."""
    first, last, accuracy = arrays["loss"][0], np.median(arrays["loss"][-10:]), arrays["accuracy"][-1]
    ends = "at the end" if last < CAP else "at the end (it is drawn up to there)"
    losses = f"loss {_capped(first)} at first, {_capped(last)} {ends}"
    seen = f"Case {state['case']}: {losses}, validation accuracy {accuracy:.0%}"
    if not state["reveal"]:
        names = "; ".join(f"{a}: {BUGS[k].name}" for a, k in zip(LETTERS, arrays["choices"], strict=True))
        return f"{seen}. Which bug is it? {names}."
    bug, right, total = BUGS[arrays["choices"][arrays["right"]]], arrays["right"], int(arrays["votes"].sum())
    share = f" {arrays['votes'][right]} of {total} voted for it." if total else ""
    return f"{seen}. {LETTERS[right]}: {bug.name}; {bug.sign}.{share}"


def _capped(loss: float) -> str:
    return f"{loss:.2f}" if loss < CAP else f"above {CAP:.0f}"


def draw(figure: Figure | SubFigure, state: State, arrays: dict[str, Any]) -> Picture:
    """Draw the loss and the accuracy beside the healthy band, and the votes."""
    made = figure.subplot_mosaic([["loss", "accuracy"], ["votes", "votes"]])
    axes = [made[name] for name in ("loss", "accuracy", "votes")]
    steps = np.arange(1, STEPS + 1)
    curves = []
    for panel, name, title in ((axes[0], "loss", "Training loss (nats)"), (axes[1], "accuracy", "Validation accuracy")):
        band = arrays[f"min_{name}"], arrays[f"max_{name}"]
        quiet(panel).fill_between(steps, *band, color="#56B4E9", alpha=0.45, label="three healthy runs")
        curves += panel.plot([], [], **{**line(1), "marker": "", "linestyle": "-"}, label="this loop")
        panel.set(xlabel="step", title=title)
    axes[0].legend(loc="upper right")
    bars, marks = _vote_bars(axes[2])

    def update(state: State, arrays: dict[str, Any]) -> object:
        for curve, name in zip(curves, ("loss", "accuracy"), strict=True):
            curve.set_data(steps, arrays[name])
        fit(axes[1], STEPS, np.array([0.0, 1.0]))
        axes[1].set_ylim(0, 1.02)
        most = max(10, int(arrays["votes"].max()))
        axes[2].set_xlim(0, 2 ** np.ceil(np.log2(most)))
        for k, (bar, mark) in enumerate(zip(bars, marks, strict=True)):
            right = state["reveal"] and k == arrays["right"]
            bar.set(width=arrays["votes"][k], hatch="//" if right else "", facecolor="#009E73" if right else "#0072B2")
            mark.set_text(f"{LETTERS[k]}  {BUGS[arrays['choices'][k]].name}{'  ✓' if right else ''}")
        limits = fit(axes[0], STEPS, np.concatenate([[0.0, 4.0], arrays["loss"]]), span=10.0)
        return limits, tuple(state.values())

    update(state, arrays)
    return Picture(tuple(curves), update)


def _vote_bars(axes: Axes) -> tuple[list[Any], list[Any]]:
    bars = list(quiet(axes).barh(range(len(LETTERS)), [0.0] * len(LETTERS), height=0.45))
    axes.set(ylim=(3.5, -0.75), xlabel="votes", title="Which bug is it?")
    axes.set_yticks([])
    across = axes.get_yaxis_transform()
    marks = [axes.text(0.01, k - 0.42, "", transform=across, va="center") for k in range(len(LETTERS))]
    return bars, marks


SCENE = Scene(
    name="which_bug",
    title="D10: which bug is it?",
    controls=CONTROLS,
    simulate=simulate,
    draw=draw,
    describe=describe,
    presets=PRESETS,
    client=True,
    data=record,
    size=(9.0, 7.0),
    story=("case 1", "case 1, answered", "case 2"),
    alt="Loss and accuracy of a training loop with one fault beside the band of three healthy runs, four possible "
    "faults with bars for the votes, and the right one marked once it is revealed.",
)


def which_bug_demo(**changes: Any) -> Demo:
    """Return demo D10; `changes` set controls by name, as in `which_bug_demo(case=3)`."""
    return Demo(SCENE, **changes)
