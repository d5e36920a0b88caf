"""D6: smoothness along a step. Two networks of 64, 32 and 10 units learn the digits, one of them with batch norm; then
the loss and the gradient are followed down the gradient.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray
from torch.nn import functional

from course_utils.widgets.controls import Choice, Number, State
from course_utils.widgets.demo import Demo
from course_utils.widgets.digit_training import RULES, digits_record, first_layers, small_digits
from course_utils.widgets.noise import STREAM, picks
from course_utils.widgets.picture import Picture, fit
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import line, quiet

__all__ = ["SCENE", "simulate", "smoothness_demo"]

KINDS = ("without", "batch norm")
SIZES, IMAGES, EPS = (64, 32, 10), 128, 1e-5
PLACES = 25

CONTROLS = (
    Number("trained", "Updates before", 0, 200, 50, whole=True),
    Choice("rule", "Optimizer", tuple(RULES), "SGD"),
    Number("batch_size", "Batch size", 4, 250, 50, log=True, whole=True),
    Number("lr", "Learning rate", 1e-3, 1.0, 0.1, log=True),
    Number("beta", "Momentum (memory)", 0.0, 0.99, 0.9),
    Number("reach", "Length of the step", 0.1, 10.0, 2.0, log=True),
    Number("stretch", "Hidden weights times", 0.2, 5.0, 1.0, log=True),
    Choice("shown", "Compare at", ("equal length", "equal rate"), "equal length"),
    Number("seed", "Seed", 0, 99, 0, whole=True),
)

PRESETS: dict[str, dict[str, Any]] = {
    "at the start": {"trained": 0},
    "after 50 updates": {},
    "after 200 updates": {"trained": 200},
    "a long step": {"reach": 8.0},
    "after 200 updates, a short step": {"trained": 200, "reach": 0.5},
    "short weights look rough": {"trained": 200, "reach": 0.5, "stretch": 0.3},
    "long weights look smooth": {"trained": 200, "reach": 0.5, "stretch": 3.0},
}

Weights = list[torch.Tensor]


def _start(seed: int) -> Weights:
    """Return hidden weights (64, 32) and biases (32,), last weights (32, 10) and biases (10,), float64."""
    return [torch.from_numpy(part).clone() for layer in first_layers(seed, SIZES) for part in layer]


@lru_cache(maxsize=1)
def _images() -> tuple[torch.Tensor, torch.Tensor]:
    """Return the training images of the 8 x 8 digits, float64 (898, 64), normalised, and their classes (898,)."""
    x, y = small_digits().tensors(torch.float64)
    return x, y


def _loss(weights: Weights, x: torch.Tensor, y: torch.Tensor, normed: bool) -> torch.Tensor:
    """Return the mean cross-entropy in nats; a normalised network adds its hidden biases after the normalization."""
    hidden, shifts, last, biases = weights
    z = x @ hidden
    if normed:
        z = functional.batch_norm(z, None, None, training=True, eps=EPS)
    return functional.cross_entropy(torch.relu(z + shifts) @ last + biases, y)


def _loss_and_gradient(weights: Weights, normed: bool) -> tuple[float, Weights]:
    """Return the loss on the images of the walk, and its gradient by the weights."""
    x, y = (part[:IMAGES] for part in _images())
    asked = [w.detach().requires_grad_() for w in weights]
    loss = _loss(asked, x, y, normed)
    return loss.item(), list(torch.autograd.grad(loss, asked))


def _norm(weights: Weights) -> float:
    return float(torch.cat([w.flatten() for w in weights]).norm())


@lru_cache(maxsize=64)
def _trained(
    kind: str, updates: int, rule: str, batch_size: int, lr: float, beta: float, seed: int
) -> tuple[Weights, NDArray[np.float64]]:
    """Return the weights after `updates` updates, and the losses of their batches (updates,)."""
    weights = [w.requires_grad_() for w in _start(seed)]
    optimizer = RULES[rule](weights, {"lr": lr, "beta": beta})
    x, y = _images()
    losses = np.empty(updates)
    for t in range(updates):
        batch = torch.from_numpy(picks(seed + STREAM, batch_size, len(x), t * batch_size))
        optimizer.zero_grad()
        loss = _loss(weights, x[batch], y[batch], kind == "batch norm")
        loss.backward()
        optimizer.step()
        losses[t] = loss.item()
    return [w.detach() for w in weights], losses


def simulate(state: State) -> dict[str, Any]:
    """Train both networks from one start on the same batches, then go down the gradient from there.

    Returns:
        For each kind the `losses` (trained,) of the batches, and along the step the `distance` (PLACES,), the `loss` in
        nats on IMAGES images, and the `smoothness` |change of the gradient| / distance there, (PLACES,), whose first
        entry is that of the shortest step; and `norm`, the length of the gradient.
    """
    found: dict[str, Any] = {kind: _walk(kind, state) for kind in KINDS}
    return found


def _walk(kind: str, state: State) -> dict[str, Any]:
    settings = {name: state[name] for name in ("rule", "batch_size", "lr", "beta", "seed")}
    (hidden, *others), trained = _trained(kind, state["trained"], **settings)
    weights, normed = [state["stretch"] * hidden, *others], kind == "batch norm"
    start, gradient = _loss_and_gradient(weights, normed)
    norm = max(_norm(gradient), 1e-12)
    per_length = 1.0 if state["shown"] == "equal length" else norm
    distance = np.linspace(0, state["reach"], PLACES) * per_length
    losses, smoothness = [start], []
    for s in distance[1:]:
        loss, there = _loss_and_gradient([w - s / norm * g for w, g in zip(weights, gradient, strict=True)], normed)
        losses.append(loss)
        smoothness.append(_norm([a - b for a, b in zip(there, gradient, strict=True)]) / s)
    return {
        "losses": trained,
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
    left.set(ylabel="loss (nats)", title="Loss along the step")
    right.set(ylabel="|Δ gradient| / distance", title="Local smoothness", yscale="log")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=12)

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
    data=digits_record,
    story=(
        "after 50 updates",
        "after 200 updates, a short step",
        "short weights look rough",
        "long weights look smooth",
    ),
    alt="Loss and local smoothness along one step down the gradient, with batch normalization and without. Over a long "
    "step the normalized network is the smoother one. Multiplying its hidden weights by 0.3 makes a short step ten "
    "times rougher, and multiplying them by 3 four times smoother, although its loss at the start stays the same.",
)


def smoothness_demo(**changes: Any) -> Demo:
    """Return demo D6; `changes` set controls by name, as in `smoothness_demo(trained=100)`."""
    return Demo(SCENE, **changes)
