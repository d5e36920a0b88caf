"""D8: depth and signal. What initialisation and normalization do to the variance, layer by layer."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from course_utils.widgets.controls import Choice, Number, State
from course_utils.widgets.demo import Demo
from course_utils.widgets.noise import STREAM, normals
from course_utils.widgets.picture import Picture, fit
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import INK, line, quiet

__all__ = ["SCENE", "depth_signal_demo", "simulate"]

WIDTH, EXAMPLES, DEEPEST, EPS = 64, 96, 60, 1e-5

# Variance of the weights, times the fan-in. For ReLU layers He et al. (2015) derive 2; uniform in +-1/sqrt(fan-in),
# the usual default of a linear layer, gives 1/3.
INITIALISATIONS = {"He (2)": 2.0, "Xavier (1)": 1.0, "default uniform (1/3)": 1 / 3, "too large (4)": 4.0}
NORMS = ("none", "layer norm", "batch norm", "residual", "residual + layer norm")

CONTROLS = (
    Choice("init", "Initialisation", tuple(INITIALISATIONS), "default uniform (1/3)"),
    Choice("norm", "Layers", NORMS, "none"),
    Number("depth", "Depth", 2, DEEPEST, 20, whole=True),
    Number("seed", "Seed", 0, 99, 0, whole=True),
)

PRESETS: dict[str, dict[str, Any]] = {
    "20 plain layers: it vanishes": {},
    "He keeps it": {"init": "He (2)"},
    "too large: it explodes": {"init": "too large (4)"},
    "layer norm puts it back": {"norm": "layer norm"},
    "residual: it grows": {"norm": "residual", "init": "He (2)"},
}


def _normalise(z: NDArray[np.float64], axis: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    centred = z - z.mean(axis=axis, keepdims=True)
    scale = np.sqrt((centred**2).mean(axis=axis, keepdims=True) + EPS)
    return centred / scale, scale


def simulate(state: State) -> dict[str, NDArray[Any]]:
    """Send noise forward through a random ReLU network, and a random gradient back.

    Returns:
        `forward` (depth + 1,), the second moment of the activations after each layer, and `backward` (depth + 1,),
        that of the gradient with respect to them; both relative to where they start.
    """
    seed, signal = state["seed"], (EXAMPLES, WIDTH)
    drawn = normals(seed + 2 * STREAM, DEEPEST * WIDTH * WIDTH).reshape(DEEPEST, WIDTH, WIDTH)
    std = np.sqrt(INITIALISATIONS[state["init"]] / WIDTH)
    h = normals(seed, math.prod(signal)).reshape(signal)
    kept, forward = [], [1.0]
    for weights in drawn[: state["depth"]]:
        h, back = _layer(h, std * weights, state["norm"])
        kept.append(back)
        forward.append(float((h**2).mean()))
    gradient = normals(seed + STREAM, math.prod(signal)).reshape(signal)
    backward = [1.0]
    for back in reversed(kept):
        gradient = back(gradient)
        backward.append(float((gradient**2).mean()))
    return {"forward": np.array(forward), "backward": np.array(backward[::-1])}


def _layer(h: NDArray[np.float64], weights: NDArray[np.float64], norm: str) -> tuple[NDArray[np.float64], Any]:
    """Return the layer's output and the function that sends a gradient back through it."""
    z = h @ weights
    axis = {"layer norm": 1, "residual + layer norm": 1, "batch norm": 0}.get(norm)
    scale: Any = 1.0
    normed = z
    if axis is not None:
        normed, scale = _normalise(z, axis)
    active = normed > 0
    skip = norm.startswith("residual")

    def back(gradient: NDArray[np.float64]) -> NDArray[np.float64]:
        inner = gradient * active
        if axis is not None:
            mean, along = inner.mean(axis=axis, keepdims=True), (inner * normed).mean(axis=axis, keepdims=True)
            inner = (inner - mean - normed * along) / scale
        return np.asarray(inner @ weights.T + (gradient if skip else 0.0))

    return normed * active + (h if skip else 0.0), back


def describe(state: State, arrays: dict[str, NDArray[Any]]) -> str:
    """Say by which factor the signal changes per layer, forward and back."""
    depth = state["depth"]
    factors = [float(arrays["forward"][-1]) ** (1 / depth), float(arrays["backward"][0]) ** (1 / depth)]
    words = ["vanishes" if f < 0.9 else "explodes" if f > 1.1 else "keeps its size" for f in factors]
    forward = f"times {factors[0]:.3g} per layer, {arrays['forward'][-1]:.2g} after {depth}"
    backward = f"times {factors[1]:.3g} per layer, {arrays['backward'][0]:.2g} at the first"
    return f"Forward the signal {words[0]} ({forward}); backward the gradient {words[1]} ({backward})."


def draw(figure: Figure | SubFigure, state: State, arrays: dict[str, NDArray[Any]]) -> Picture:
    """Draw both second moments by layer, on logarithmic axes."""
    axes = figure.subplots(1, 2)
    names = (("forward", "activations", "Forward"), ("backward", "gradients", "Backward"))
    lines = []
    for i, (panel, (_, what, title)) in enumerate(zip(axes, names, strict=True)):
        lines += quiet(panel).semilogy([], [], **{**line(i), "markersize": 4})
        panel.axhline(1.0, color=INK, linewidth=0.8)
        panel.set(xlabel="layer", ylabel="mean square (1 at its start)", title=f"{title}: {what}")
        panel.locator_params(axis="x", integer=True)

    def update(state: State, arrays: dict[str, NDArray[Any]]) -> object:
        seen = []
        for panel, drawn, (name, _, _) in zip(axes, lines, names, strict=True):
            drawn.set_data(np.arange(len(arrays[name])), arrays[name])
            seen.append(fit(panel, state["depth"], arrays[name], np.ones(1), log=True, span=1e16))
        return tuple(seen)

    update(state, arrays)
    return Picture(tuple(lines), update)


SCENE = Scene(
    name="depth_signal",
    title="D8: depth and signal",
    controls=CONTROLS,
    simulate=simulate,
    draw=draw,
    describe=describe,
    presets=PRESETS,
    client=True,
    size=(9.0, 4.0),
    story=("20 plain layers: it vanishes", "He keeps it", "layer norm puts it back"),
    alt="Size of activations and gradients by layer: with the default initialisation both fall by about six per layer, "
    "with He's they stay, with layer normalization the activations are put back to the same size after each layer.",
)


def depth_signal_demo(**changes: Any) -> Demo:
    """Return demo D8; `changes` set controls by name, as in `depth_signal_demo(init="He (2)")`."""
    return Demo(SCENE, **changes)
