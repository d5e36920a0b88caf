"""D12: what Newton-Schulz does to the singular values of a momentum, step by step."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray
from torch.nn import functional

from course_utils.models import MLP
from course_utils.widgets.controls import Choice, Number, State
from course_utils.widgets.demo import Demo
from course_utils.widgets.digit_training import digit_images
from course_utils.widgets.picture import Picture
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import INK, line, quiet

__all__ = ["BAND", "SCENE", "muon_demo", "simulate"]

WIDTH, IMAGES, TRAINED = 48, 2000, 20
# Every step applies a s + b s^3 + c s^5: Muon's coefficients (Jordan and others 2024), and those that converge to 1.
POLYNOMIALS = {"Muon's": (3.4445, -4.7750, 2.0315), "cubic": (1.5, -0.5, 0.0)}
# Where Muon's five steps leave what began above 0.003.
BAND = (0.68, 1.2)
LOW, HIGH = 1e-5, 3.0
PLACES = np.logspace(-5, 0, 201)

CONTROLS = (
    Number("steps", "Steps of Newton-Schulz", 0, 12, 5, whole=True),
    Choice("matrix", "Matrix", ("momentum", "random numbers", "random, 1000 to 1"), "momentum"),
    Choice("coefficients", "Coefficients", tuple(POLYNOMIALS), "Muon's"),
)

PRESETS: dict[str, dict[str, Any]] = {
    "before": {"steps": 0},
    "one step": {"steps": 1},
    "five steps: what Muon uses": {"steps": 5},
    "five steps of the cubic": {"steps": 5, "coefficients": "cubic"},
    "twelve steps of the cubic": {"steps": 12, "coefficients": "cubic"},
    "random numbers": {"matrix": "random numbers"},
}


@lru_cache(maxsize=1)
def spectra() -> dict[str, list[float]]:
    """Return the singular values of each matrix over its Frobenius norm, 48 each, the largest first.

    "momentum" is that of the middle layer of a network of 784, 48, 48 and 10 units after 20 steps on digits, with the
    factor 0.95; "random numbers" are normal; "random, 1000 to 1" has values a constant factor apart.
    """
    random = torch.randn(WIDTH, WIDTH, generator=torch.Generator().manual_seed(0))
    spread = torch.logspace(0, -3, WIDTH)
    found = (torch.linalg.svdvals(_momentum()), torch.linalg.svdvals(random), spread)
    return {name: (values / values.norm()).tolist() for name, values in zip(CONTROLS[1].options, found, strict=True)}


def _momentum() -> torch.Tensor:
    """Return the sum of the middle layer's gradients, each faded by 0.95 per step, (48, 48)."""
    x, y = digit_images(IMAGES)
    picks = torch.Generator().manual_seed(0)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = MLP(784, 10, [WIDTH, WIDTH])
    parameters = list(model.parameters())
    (middle,) = (i for i, parameter in enumerate(parameters) if parameter.shape == (WIDTH, WIDTH))
    gathered = torch.zeros(WIDTH, WIDTH)
    for age in reversed(range(TRAINED)):
        batch = torch.randint(IMAGES, (128,), generator=picks)
        gradients = torch.autograd.grad(functional.nll_loss(model(x[batch]), y[batch]), parameters)
        gathered += 0.95**age * gradients[middle]
        with torch.no_grad():
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.sub_(0.1 * gradient)
    return gathered


def simulate(state: State) -> dict[str, NDArray[np.float64]]:
    """Apply the polynomial to the singular values.

    Returns:
        `before` and `after` (48,), and `curve` (201,): what becomes of values from 0.00001 to 1.
    """
    before = np.array(spectra()[state["matrix"]])
    return {"before": before, "after": _applied(before, state), "curve": _applied(PLACES, state)}


def _applied(values: NDArray[np.float64], state: State) -> NDArray[np.float64]:
    a, b, c = POLYNOMIALS[state["coefficients"]]
    for _ in range(state["steps"]):
        squares = values * values
        values = values * (a + squares * (b + squares * c))
    return values


def describe(state: State, arrays: dict[str, NDArray[Any]]) -> str:
    """Count the values that arrived near 1, and say how far the smallest has come."""
    before, after = arrays["before"], arrays["after"]
    near = int(((after >= BAND[0]) & (after <= BAND[1])).sum())
    grown = POLYNOMIALS[state["coefficients"]][0]
    steps = f"{state['steps']} step{'s' * (state['steps'] != 1)}"
    return (
        f"After {steps}, {near} of {len(after)} singular values lie from {BAND[0]} to {BAND[1]} (grey). The "
        f"smallest is {after.min():.2g}, before it was {before.min():.2g}; a step multiplies small values by "
        f"{grown:.3g}."
    )


def draw(figure: Figure | SubFigure, state: State, arrays: dict[str, Any]) -> Picture:
    """Draw the singular values as bars, and beside them the curve on which they lie."""
    left, right = figure.subplots(1, 2)
    bars = _bars(left, len(arrays["before"]))
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    right.axhspan(*BAND, color=INK, alpha=0.25, linewidth=0)
    (curve,) = quiet(right).plot([], [], **{**line(0), "marker": ""}, label="any value")
    (dots,) = right.plot([], [], **{**line(1), "linestyle": "", "markersize": 5}, label="those of the matrix")
    right.set(xscale="log", xlim=(LOW, 1.2), ylim=(0, 1.6), xlabel="singular value before", ylabel="after")
    right.set_title("Before and after")
    right.legend(loc="upper left")

    def update(state: State, arrays: dict[str, Any]) -> object:
        for name, drawn in bars.items():
            for bar, value in zip(drawn, arrays[name], strict=True):
                bar.set_height(max(value, LOW))
        curve.set_data(PLACES, arrays["curve"])
        dots.set_data(arrays["before"], arrays["after"])
        return None

    update(state, arrays)
    return Picture((*bars["after"], *bars["before"], curve, dots), update)


def _bars(axes: Axes, count: int) -> dict[str, Any]:
    """Draw bars after the steps, and before them as thinner bars in front."""
    axes.axhspan(*BAND, color=INK, alpha=0.25, linewidth=0)
    places, looks = np.arange(1, count + 1), {"after": ("#0072B2", 0.9), "before": ("#D55E00", 0.4)}
    bars = {
        name: quiet(axes).bar(places, LOW, width, color=colour, label=name).patches
        for name, (colour, width) in looks.items()
    }
    axes.set(yscale="log", ylim=(LOW, HIGH), xlim=(0, count + 1))
    axes.minorticks_off()
    axes.set(xlabel="number of the singular value", ylabel="singular value", title="Singular values")
    return bars


def _for_the_browser() -> dict[str, Any]:
    return {"spectra": spectra()}


SCENE = Scene(
    name="muon",
    title="D12: Muon and singular values",
    controls=CONTROLS,
    simulate=simulate,
    draw=draw,
    describe=describe,
    presets=PRESETS,
    client=True,
    data=_for_the_browser,
    size=(9.0, 4.4),
    story=("one step", "five steps: what Muon uses", "five steps of the cubic"),
    alt="Singular values of a momentum as bars, before and after steps of Newton-Schulz, beside the polynomial: after "
    "five steps of Muon's polynomial most values lie between 0.68 and 1.2, after five steps of the cubic only few do.",
)


def muon_demo(**changes: Any) -> Demo:
    """Return demo D12; `changes` set controls by name, as in `muon_demo(steps=3)`."""
    return Demo(SCENE, **changes)
