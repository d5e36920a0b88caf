"""D5: which numbers share statistics, and who moves when one example moves (in batch norm: everybody)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from course_utils.widgets.controls import Choice, Number, State
from course_utils.widgets.demo import Demo
from course_utils.widgets.noise import STREAM, normals, uniforms
from course_utils.widgets.picture import Picture
from course_utils.widgets.scene import Scene

__all__ = ["AXES", "SCENE", "norm_cube_demo", "normalise", "simulate"]

EXAMPLES, CHANNELS, POSITIONS = 4, 6, 4
GROUPS = 2
EPS = 1e-5

# The axes of (example, group, channel of the group, position) over which mean and variance are taken.
AXES: dict[str, tuple[int, ...]] = {
    "batch norm": (0, 3),
    "layer norm": (1, 2, 3),
    "instance norm": (3,),
    "group norm": (2, 3),
    "RMS norm": (1, 2, 3),
}

CONTROLS = (
    Choice("kind", "Normalization", tuple(AXES), "batch norm"),
    Number("example", "Example that moves", 0, EXAMPLES - 1, 1, whole=True),
    Number("channel", "Channel to look at", 0, CHANNELS - 1, 2, whole=True),
    Number("shift", "It moves by", -5.0, 5.0, 3.0),
    Number("seed", "Seed", 0, 99, 0, whole=True),
)

PRESETS: dict[str, dict[str, Any]] = {
    "batch norm: one moves, all move": {"kind": "batch norm"},
    "layer norm: the others stay": {"kind": "layer norm"},
    "group norm": {"kind": "group norm"},
    "instance norm": {"kind": "instance norm"},
    "RMS norm: the mean stays in": {"kind": "RMS norm"},
}


def normalise(x: NDArray[np.float64], kind: str) -> NDArray[np.float64]:
    """Normalise x, shape (N, C, L), without gain and bias; biased variance, eps inside the root."""
    grouped = x.reshape(len(x), GROUPS, -1, x.shape[2])
    axes = AXES[kind]
    centred = grouped if kind == "RMS norm" else grouped - grouped.mean(axis=axes, keepdims=True)
    scale = np.sqrt((centred**2).mean(axis=axes, keepdims=True) + EPS)
    return np.asarray((centred / scale).reshape(x.shape))


def shares_statistics(kind: str, example: int, channel: int) -> NDArray[np.bool_]:
    """Mark the cells, shape (N, C, L), whose statistics are those of (example, channel, position 0)."""
    marked = np.zeros((EXAMPLES, GROUPS, CHANNELS // GROUPS, POSITIONS), dtype=bool)
    at = (example, channel // (CHANNELS // GROUPS), channel % (CHANNELS // GROUPS), 0)
    marked[tuple(slice(None) if axis in AXES[kind] else slice(i, i + 1) for axis, i in enumerate(at))] = True
    return marked.reshape(EXAMPLES, CHANNELS, POSITIONS)


def simulate(state: State) -> dict[str, NDArray[Any]]:
    """Return `before` and `after`, the outputs (N, C, L) when one example is shifted; `change`; and `shared` cells.

    The example moves by the shift times a pattern over its channels, so that layer norm does not simply undo it.
    """
    seed, shape = state["seed"], (EXAMPLES, CHANNELS, POSITIONS)
    scales = 0.5 + 1.5 * uniforms(seed + STREAM, CHANNELS)
    x = normals(seed, math.prod(shape)).reshape(shape) * scales[:, None]
    moved = x.copy()
    moved[state["example"]] += state["shift"] * normals(seed + 2 * STREAM, CHANNELS)[:, None]
    before, after = normalise(x, state["kind"]), normalise(moved, state["kind"])
    shared = shares_statistics(state["kind"], state["example"], state["channel"])
    return {"before": before, "after": after, "change": np.abs(after - before), "shared": shared}


def describe(state: State, arrays: dict[str, NDArray[Any]]) -> str:
    """Count the cells that share statistics, and the other examples that moved."""
    moved = arrays["change"].reshape(EXAMPLES, -1).max(axis=1) > 1e-9
    others = int(moved.sum()) - int(moved[state["example"]])
    shared = int(arrays["shared"].sum())
    who = "no other example moved" if others == 0 else f"{others} of {EXAMPLES - 1} other examples moved with it"
    return f"{state['kind'][0].upper() + state['kind'][1:]}: {shared} cells share one mean and variance; {who}."


def draw(figure: Figure | SubFigure, state: State, arrays: dict[str, NDArray[Any]]) -> Picture:
    """Draw the output with the group outlined, and how far every cell moved."""
    left, right = figure.subplots(2, 1)
    images = [
        left.imshow(np.zeros((2, 2)), cmap="RdBu_r", vmin=-2.5, vmax=2.5, aspect="auto"),
        right.imshow(np.zeros((2, 2)), cmap="cividis", vmin=0, vmax=2, aspect="auto"),
    ]
    marks = [left.add_patch(Rectangle((0, 0), 1, 1, fill=False, linewidth=0)) for _ in range(arrays["shared"].size)]
    for axes, title in ((left, "Output; outlined: these share statistics"), (right, "How far each output moved")):
        axes.set_xticks(POSITIONS * np.arange(CHANNELS) + (POSITIONS - 1) / 2, [f"ch {c}" for c in range(CHANNELS)])
        axes.set_yticks(range(EXAMPLES), [f"example {n}" for n in range(EXAMPLES)])
        axes.set(title=title, xlabel="channel (four positions each)")
        for edge in range(1, CHANNELS):
            axes.axvline(POSITIONS * edge - 0.5, color="black", linewidth=0.8)
        figure.colorbar(axes.images[0], ax=axes, shrink=0.8)

    def update(state: State, arrays: dict[str, NDArray[Any]]) -> object:
        for image, name in zip(images, ("after", "change"), strict=True):
            image.set(data=_flat(arrays[name]), extent=(-0.5, CHANNELS * POSITIONS - 0.5, EXAMPLES - 0.5, -0.5))
        for mark, (n, c), shared in zip(marks, _cells(), _flat(arrays["shared"]).ravel(), strict=True):
            mark.set(xy=(c - 0.42, n - 0.42), width=0.84, height=0.84, linewidth=2.2 * bool(shared), edgecolor="black")
        return None

    update(state, arrays)
    return Picture((*images, *marks), update)


def _flat(cube: NDArray[Any]) -> NDArray[Any]:
    return cube.reshape(EXAMPLES, CHANNELS * POSITIONS)


def _cells() -> list[tuple[int, int]]:
    return [(n, c) for n in range(EXAMPLES) for c in range(CHANNELS * POSITIONS)]


SCENE = Scene(
    name="norm_cube",
    title="D5: who shares statistics with whom",
    controls=CONTROLS,
    simulate=simulate,
    draw=draw,
    describe=describe,
    presets=PRESETS,
    client=True,
    size=(9.0, 6.6),
    story=("batch norm: one moves, all move", "layer norm: the others stay", "group norm"),
    alt="Grids of four examples by six channels. In batch norm the outlined cells run down one channel through all "
    "examples, and moving one example changes all of them; in layer and group norm only its own row changes.",
)


def norm_cube_demo(**changes: Any) -> Demo:
    """Return demo D5; `changes` set controls by name, as in `norm_cube_demo(kind="group norm")`."""
    return Demo(SCENE, **changes)
