"""Overparameterization: wider and deeper networks arrive sooner, and from more starts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from course_utils.widgets.controls import Choice, Number, State
from course_utils.widgets.demo import Demo
from course_utils.widgets.digit_training import digits_record, every, first_layers, hidden_sizes, small_digits
from course_utils.widgets.noise import STREAM, normals
from course_utils.widgets.picture import Picture, fit
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import line, quiet

__all__ = ["SCENE", "restarts_demo"]

IMAGES, INPUTS, MOST = 500, 64, 10

CONTROLS = (
    Choice("hidden", "Hidden layers", ("10", "20, 20", "100, 100"), "10"),
    Number("lr", "Learning rate", 1e-3, 1.0, 0.05, log=True),
    Number("steps", "Steps", 10, 500, 150, whole=True),
    Number("restarts", "Restarts", 3, MOST, 7, whole=True),
    Number("noise", "Noise on the first weights, times their size", 0.1, 10.0, 1.0, log=True),
    Number("seed", "Seed", 0, 99, 0, whole=True),
)

PRESETS: dict[str, dict[str, Any]] = {
    "10": {"hidden": "10"},
    "20, 20": {"hidden": "20, 20"},
    "100, 100": {"hidden": "100, 100"},
    "noise ten times the weights": {"hidden": "10", "noise": 10.0},
}


def first_weights(state: State) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return (weights (restarts, in, out), biases (restarts, 1, out)) per layer.

    One start is uniform in +-1/sqrt(fan-in), as a linear layer's; each restart adds normal noise of `noise` times the
    standard deviation of that start, so that the size of the noise means the same in every layer.
    """
    starts = first_layers(state["seed"], _sizes(state))
    flat = np.concatenate([part.ravel() for layer in starts for part in layer])
    noise = normals(state["seed"] + STREAM, MOST * len(flat)).reshape(MOST, -1)[: state["restarts"]]
    layers, at = [], 0
    for weights, biases in starts:
        parts = []
        for start in (weights, biases[None]):
            std = len(weights) ** -0.5 / 3**0.5
            moved = start + state["noise"] * std * noise[:, at : at + start.size].reshape(-1, *start.shape)
            parts.append(torch.tensor(moved, dtype=torch.float32, requires_grad=True))
            at += start.size
        layers.append((parts[0], parts[1]))
    return layers


def _sizes(state: State) -> list[int]:
    return [INPUTS, *hidden_sizes(state["hidden"]), 10]


def losses_of(layers: list[tuple[torch.Tensor, torch.Tensor]], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return the mean cross-entropy of every restart, shape (restarts,); all run through one product per layer."""
    h = x.expand(len(layers[0][0]), -1, -1)
    for k, (weights, biases) in enumerate(layers):
        h = torch.baddbmm(biases, h, weights)
        h = torch.relu(h) if k < len(layers) - 1 else h
    log_shares = torch.log_softmax(h, dim=2)
    return -log_shares[:, torch.arange(len(y)), y].mean(dim=1)


def simulate(state: State) -> dict[str, Any]:
    """Return `losses` (restarts, steps + 1), all NaN before training, and the number of `parameters`."""
    parameters = sum(fan_in * fan_out + fan_out for fan_in, fan_out in pairwise(_sizes(state)))
    return {"losses": np.full((state["restarts"], state["steps"] + 1), np.nan), "parameters": np.array(parameters)}


def work(state: State) -> Iterator[dict[str, Any]]:
    """Train all restarts side by side by gradient descent on 500 images; `losses` fills up."""
    return every(_steps(state))


def _steps(state: State) -> Iterator[dict[str, Any]]:
    x, y = (part[:IMAGES] for part in small_digits().tensors())
    arrays = simulate(state)
    layers = first_weights(state)
    flat = [part for layer in layers for part in layer]
    for t in range(state["steps"] + 1):
        losses = losses_of(layers, x, y)
        arrays["losses"][:, t] = losses.detach().numpy()
        yield arrays
        gradients = torch.autograd.grad(losses.sum(), flat)
        with torch.no_grad():
            for part, gradient in zip(flat, gradients, strict=True):
                part -= state["lr"] * gradient


def describe(state: State, arrays: dict[str, NDArray[Any]]) -> str:
    """Say how low the restarts came and how far apart they are."""
    count = f"Hidden layers {state['hidden']}: {int(arrays['parameters']):,} parameters for {IMAGES} images"
    done = np.flatnonzero(np.isfinite(arrays["losses"]).all(axis=0))
    if not done.size:
        bad = not np.isnan(arrays["losses"]).all()
        return f"{count}; {'the first losses are not finite' if bad else 'press Start to train'}."
    ends = arrays["losses"][:, done[-1]]
    return (
        f"{count}; after {done[-1]} steps the loss is {np.median(ends):.3g} "
        f"({ends.min():.3g} to {ends.max():.3g} over {len(ends)} restarts)."
    )


def draw(figure: Figure | SubFigure, state: State, arrays: dict[str, Any]) -> Picture:
    """Draw one learning curve per restart."""
    axes = quiet(figure.subplots())
    looks = [{**line(k), "markersize": 4} for k in range(MOST)]
    lines = [axes.plot([], [], **look)[0] for look in looks]
    axes.set(xlabel="step", ylabel="loss (nats)", title="One curve per restart")

    def update(state: State, arrays: dict[str, Any]) -> object:
        for k, drawn in enumerate(lines):
            drawn.set_visible(k < len(arrays["losses"]))
            drawn.set_markevery(max(1, state["steps"] // 10))
            if k < len(arrays["losses"]):
                drawn.set_data(np.arange(arrays["losses"].shape[1]), arrays["losses"][k])
        limits = fit(axes, state["steps"], np.array([0.0, 3.0]))
        axes.set_ylim(0, 3)
        return limits

    update(state, arrays)
    return Picture(tuple(lines), update)


SCENE = Scene(
    name="restarts",
    title="Overparameterization: width, depth and restarts",
    controls=CONTROLS,
    simulate=simulate,
    draw=draw,
    describe=describe,
    presets=PRESETS,
    client=True,
    data=digits_record,
    size=(9.0, 4.2),
    story=("10", "20, 20", "100, 100"),
    alt="Learning curves of seven restarts for three networks: one hidden layer of 10, two of 20 and two of 100.",
    work=work,
)


def restarts_demo(**changes: Any) -> Demo:
    """Return the demo of restarts; `changes` set controls by name, as in `restarts_demo(hidden="100, 100")`."""
    return Demo(SCENE, **changes)
