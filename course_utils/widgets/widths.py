"""Learning rates against width: three widths, seven rates and three seeds train side by side, standard or with muP."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from course_utils.widgets.controls import Choice, Number, State
from course_utils.widgets.demo import Demo
from course_utils.widgets.digit_training import digits_record, every, first_layers, in_one_thread, small_digits
from course_utils.widgets.noise import STREAM, picks
from course_utils.widgets.picture import Picture
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import line, quiet

__all__ = ["EXPONENTS", "SCENE", "SEEDS", "widths_demo"]

# Images of 8 x 8 pixels, two layers from width to width.
IMAGES, BATCH, PIXELS, HIDDEN, SEEDS = 898, 32, 64, 2, 3
EXPONENTS = np.arange(-9, -2)
# The mean of the last losses is shown.
LAST = 10
KINDS = ("standard", "muP")

CONTROLS = (
    Choice("kind", "Network", KINDS, "standard"),
    Choice("widths", "Widths", ("32, 64, 128", "32, 128, 256"), "32, 128, 256"),
    Number("steps", "Steps", 10, 100, 60, whole=True),
    Number("seed", "First seed", 0, 99, 0, whole=True),
)

PRESETS: dict[str, dict[str, Any]] = {
    "standard: the best rate moves": {"kind": "standard"},
    "muP: it stays": {"kind": "muP"},
    "standard, other seeds": {"kind": "standard", "seed": 3},
    "muP, other seeds": {"kind": "muP", "seed": 3},
}


def _widths(state: State) -> list[int]:
    return [int(part) for part in state["widths"].split(",")]


def simulate(state: State) -> dict[str, Any]:
    """Return `losses`, by width the mean of the last ten (nats), (3 seeds, 7 rates), NaN before; and `done` steps."""
    empty = {str(width): np.full((SEEDS, len(EXPONENTS)), np.nan) for width in _widths(state)}
    return {"losses": empty, "done": np.array(0)}


def work(state: State) -> Iterator[dict[str, Any]]:
    """Train all networks by Adam, one step of every width in turn; the losses fall as it goes."""
    return in_one_thread(every(_steps(state)))


def _steps(state: State) -> Iterator[dict[str, Any]]:
    images, y = small_digits().tensors()
    base, *_ = widths = _widths(state)
    runs = {str(width): _run(state, width, base, images, y) for width in widths}
    seen: dict[str, list[torch.Tensor]] = {name: [] for name in runs}
    for t in range(state["steps"]):
        for name, run in runs.items():
            seen[name].append(next(run))
        means = {name: torch.stack(losses[-LAST:]).mean(dim=0).numpy() for name, losses in seen.items()}
        yield {"losses": means, "done": np.array(t + 1)}


def _run(state: State, width: int, base: int, x: torch.Tensor, y: torch.Tensor) -> Iterator[torch.Tensor]:
    """Train the networks of one width; yield the losses (seeds, rates) of each step."""
    share = base / width if state["kind"] == "muP" else 1.0
    layers = _starts(state, width)
    parameters = [part for layer in layers for part in layer]
    hidden = [weights for weights, _ in layers[1:-1]]
    rates = torch.tensor(2.0**EXPONENTS, dtype=torch.float32).repeat(SEEDS)[:, None, None]
    # With rate 1, a step of Adam is what every rate multiplies.
    adam = torch.optim.Adam(parameters, lr=1.0)
    for t in count():
        rows = torch.from_numpy(picks(state["seed"] + STREAM, BATCH, IMAGES, t * BATCH))
        losses = _losses(layers, share, x[rows], y[rows])
        adam.zero_grad()
        losses.sum().backward()
        before = [parameter.detach().clone() for parameter in parameters]
        adam.step()
        with torch.no_grad():
            for start, parameter in zip(before, parameters, strict=True):
                is_hidden = any(parameter is one for one in hidden)
                parameter.sub_(start).mul_(rates * share if is_hidden else rates).add_(start)
        yield losses.detach().view(SEEDS, -1)


def _starts(state: State, width: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return weights (networks, in, out) and biases (networks, 1, out) per layer; networks: seeds times rates.

    They are uniform up to 1 / sqrt(inputs), as a linear layer's, and equal for all rates of a seed.
    """
    sizes = [PIXELS, *[width] * (1 + HIDDEN), 10]
    networks = [first_layers(state["seed"] + k, sizes) for k in range(SEEDS) for _ in EXPONENTS]
    layers = []
    for same in zip(*networks, strict=True):
        weights, biases = zip(*same, strict=True)
        parts = (np.stack(weights), np.stack(biases)[:, None])
        first, second = (torch.tensor(part, dtype=torch.float32, requires_grad=True) for part in parts)
        layers.append((first, second))
    return layers


def _losses(
    layers: list[tuple[torch.Tensor, torch.Tensor]], multiplier: float, x: torch.Tensor, y: torch.Tensor
) -> torch.Tensor:
    """Return the mean cross-entropy of every network, (networks,); the logits get the factor `multiplier`."""
    h = x.expand(len(layers[0][0]), -1, -1)
    for weights, biases in layers[:-1]:
        h = torch.relu(torch.baddbmm(biases, h, weights))
    weights, biases = layers[-1]
    log_shares = torch.log_softmax(multiplier * torch.baddbmm(biases, h, weights), dim=2)
    return -log_shares[:, torch.arange(len(y)), y].mean(dim=1)


def describe(state: State, arrays: dict[str, Any]) -> str:
    """Name the best rate of each width, and how far the narrow network's lies from the wide network's."""
    if not arrays["done"]:
        return "Press Start: seven learning rates and three seeds train at three widths."
    best = {name: int(EXPONENTS[_mean(losses).argmin()]) for name, losses in arrays["losses"].items()}
    narrow, *_, wide = best
    said = ", ".join(f"2^{exponent} at width {name}" for name, exponent in best.items())
    kept = _mean(arrays["losses"][wide])
    price = float(kept[best[narrow] - EXPONENTS[0]] - kept.min())
    return (
        f"{state['kind']}, {int(arrays['done'])} steps: the best rate is {said}. With the rate of width {narrow}, "
        f"width {wide} ends {price:.2g} nats above its best."
    )


def _mean(losses: NDArray[Any]) -> NDArray[Any]:
    """Return the mean over seeds; a loss that is not finite counts as very large."""
    return np.asarray(np.nan_to_num(losses, nan=1e6, posinf=1e6).mean(axis=0))


def draw(figure: Figure | SubFigure, state: State, arrays: dict[str, Any]) -> Picture:
    """Draw the loss against the learning rate, one curve per width, and the range of the seeds."""
    axes = quiet(figure.subplots())
    curves = [axes.plot([], [], **{**line(i), "markersize": 6})[0] for i in range(3)]
    ranges = [[axes.plot([], [], color=line(i)["color"], linewidth=0.8)[0] for _ in range(2)] for i in range(3)]
    legend = axes.legend(curves, [f"width {width}" for width in _widths(state)], loc="upper left")
    axes.set(xlabel="log2 of the learning rate", ylabel="loss (nats)", xlim=(EXPONENTS[0] - 0.3, EXPONENTS[-1] + 0.3))
    axes.set(ylim=(0, 2.6), title="Mean of the last ten steps; thin: lowest and highest of three seeds")

    def update(state: State, arrays: dict[str, Any]) -> object:
        for text, curve, edges, (name, losses) in zip(
            legend.get_texts(), curves, ranges, arrays["losses"].items(), strict=True
        ):
            text.set_text(f"width {name}")
            curve.set_data(EXPONENTS, losses.mean(axis=0))
            for edge, values in zip(edges, (losses.min(axis=0), losses.max(axis=0)), strict=True):
                edge.set_data(EXPONENTS, values)
        return state["widths"]

    update(state, arrays)
    return Picture((*curves, *(edge for pair in ranges for edge in pair)), update)


SCENE = Scene(
    name="widths",
    title="Learning rates and width",
    controls=CONTROLS,
    simulate=simulate,
    draw=draw,
    describe=describe,
    presets=PRESETS,
    client=True,
    data=digits_record,
    size=(9.0, 4.4),
    story=("standard: the best rate moves", "muP: it stays"),
    alt="Loss against the learning rate for three widths: in the standard network the best rate moves to the left as "
    "the width grows, with muP the three curves have their lowest points near the same rate.",
    work=work,
)


def widths_demo(**changes: Any) -> Demo:
    """Return the demo of learning rates and width; `changes` set controls by name, as in `widths_demo(kind="muP")`."""
    return Demo(SCENE, **changes)
