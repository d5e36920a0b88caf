"""The answer to `finite_differences`: the central difference, and the largest relative error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import Answer, AnswerPart
from autograder.kits.closed_form import simulation
from autograder.kits.library import AUTOGRAD, COURSE
from autograder.kits.relative_error import ERROR_MISTAKES, ERROR_RULE, ERROR_VARIANTS
from autograder.kits.rules import Mistake, Rule, alternatives
from autograder.kits.smooth_function import fresh_coefficients, value
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

Array = NDArray[Any]
SHAPES = {"vector": (4,), "matrix": (2, 3), "cube": (2, 1, 2)}
DEFAULT_STEP = 1e-5

GRADIENT_RULE: Rule = {
    "step": lambda s: s.h or DEFAULT_STEP,
    "up": lambda s: _moved(s.f, s.x, s.step),
    "down": lambda s: _moved(s.f, s.x, -s.step),
    "width": lambda s: 2 * s.step,
    "gradient": lambda s: (s.up - s.down) / s.width,
    "left_alone": lambda s: 1.0,
}

GRADIENT_MISTAKES = (
    Mistake(
        "forward-difference",
        "This is the forward difference: it compares with f at x itself instead of on the other side of x. Its error "
        "falls with h, that of the central difference with h squared.",
        {"down": lambda s: s.f(s.x), "width": lambda s: s.step},
    ),
    Mistake(
        "backward-difference",
        "This is the backward difference: it compares with f at x itself instead of on the other side of x.",
        {"up": lambda s: s.f(s.x), "width": lambda s: s.step},
    ),
    Mistake(
        "divided-by-h",
        "The two points are 2h apart, but their difference is divided by another length.",
        {"width": lambda s: s.step},
    ),
    Mistake(
        "step-size-ignored",
        "The result does not depend on h: it is the one for the default step.",
        {"step": lambda s: DEFAULT_STEP},
    ),
    Mistake(
        "half-steps",
        "The points lie h/2 to each side; the text moves x by h to each side.",
        {"step": lambda s: (s.h or DEFAULT_STEP) / 2},
        share=0.75,
    ),
    Mistake(
        "sign-of-difference",
        "The difference is taken the wrong way round: the sign of every entry is reversed.",
        {"gradient": lambda s: (s.down - s.up) / s.width},
    ),
    Mistake(
        "entries-not-put-back",
        "An entry is not put back before the next one is moved: later entries are differentiated at another point.",
        {"up": lambda s: _walked(s, s.step), "down": lambda s: _walked(s, -s.step), "left_alone": lambda s: 0.0},
    ),
    Mistake(
        "x-changed",
        "The gradient is right, but x is not what it was before the call.",
        {"left_alone": lambda s: 0.0},
        share=0.75,
    ),
    Mistake(
        "all-entries-at-once",
        "All entries of x are moved at the same time: that gives one slope along the diagonal, not one per entry.",
        {
            "up": lambda s: np.full(s.x.shape, s.f(s.x + s.step)),
            "down": lambda s: np.full(s.x.shape, s.f(s.x - s.step)),
        },
    ),
    Mistake(
        "whole-rows-moved",
        "All entries of a row are moved together: x[i] is a whole row where x has more than one axis.",
        {"up": lambda s: _rows_moved(s, s.step), "down": lambda s: _rows_moved(s, -s.step)},
    ),
)


def _moved(f: Callable[[Array], float], x: Array, step: float) -> Array:
    """Return f with one entry of x moved by `step`, for every entry."""
    return np.array([f(x + step * unit) for unit in _units(x)]).reshape(x.shape)


def _rows_moved(s: SimpleNamespace, step: float) -> Array:
    """As `_moved`, but with all entries of a row at once."""
    rows = np.eye(len(s.x)).reshape(len(s.x), len(s.x), *[1] * (s.x.ndim - 1))
    return np.stack([np.full(s.x.shape[1:], s.f(s.x + step * row)) for row in rows])


def _walked(s: SimpleNamespace, step: float) -> Array:
    """As `_moved`, but an entry that was done stays at x - h, where the central difference looked last."""
    values, x = [], s.x
    for unit in _units(s.x):
        values.append(s.f(x + step * unit))
        x = x - s.step * unit
    return np.array(values).reshape(s.x.shape)


def _units(x: Array) -> Array:
    return np.eye(x.size).reshape(x.size, *x.shape)


def _simulate_gradient(rule: Rule) -> Callable[[Inputs], Outputs]:
    def simulate(inputs: Inputs) -> Outputs:
        states = {name: simulation(lambda i, n=name: _given(i, n), vars)(rule)(inputs) for name in SHAPES}  # type: ignore[misc]
        left_alone = min(state["left_alone"] for state in states.values())
        gradients = {f"gradient_{name}": state["gradient"] for name, state in states.items()}
        return {**gradients, "x_left_alone": np.array([left_alone])}

    return simulate


def _given(inputs: Inputs, name: str) -> Mapping[str, Any]:
    coefficients = [inputs[f"{letter}_{name}"] for letter in "abc"]
    return {"x": inputs[f"x_{name}"], "h": float(inputs[f"h_{name}"]), "f": lambda x: value(x, *coefficients)}


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw coarse steps, at which the ways to differentiate are far apart; zero stands for the default."""
    inputs: dict[str, Array] = {}
    for name, shape in SHAPES.items():
        drawn = fresh_coefficients(rng, shape)
        inputs |= {f"{key}_{name}": array for key, array in drawn.items()}
        inputs[f"h_{name}"] = np.array(0.0 if name == "cube" else rng.uniform(0.05, 0.15))
    return {**inputs, **_fresh_pairs(rng)}


def _fresh_pairs(rng: np.random.Generator) -> dict[str, Array]:
    """Draw pairs of close values, with tiny values, opposite signs and two zeros in rows of their own."""
    x = rng.normal(size=(6, 6)) + 2.0
    y = x * (1 + rng.uniform(-1e-2, 1e-2, size=x.shape))
    x[1, 2], y[1, 2] = rng.uniform(1e-9, 1.5e-9), rng.uniform(2.5e-9, 3e-9)
    x[2, 3], y[2, 3] = rng.uniform(0.3, 0.6), -rng.uniform(0.7, 1.2)
    x[3, 4], y[3, 4] = 0.0, 0.0
    x[4, 0], y[4, 0] = rng.uniform(0.5, 0.6), rng.uniform(0.8, 0.9)
    x[5, 1], y[5, 1] = rng.uniform(0.8, 0.9), rng.uniform(0.5, 0.6)
    return {"pairs_x": x, "pairs_y": y}


_simulate_error = simulation(
    lambda inputs: {"x": inputs["pairs_x"], "y": inputs["pairs_y"]}, lambda state: {"errors": state.error}
)

ANSWER = Answer(
    "finite_differences",
    _generate,
    (
        AnswerPart(
            name="numerical_gradient",
            reference=_simulate_gradient(GRADIENT_RULE),
            misconceptions=alternatives(GRADIENT_RULE, GRADIENT_MISTAKES, _simulate_gradient),
            labels={
                "gradient_vector": "gradient at a vector",
                "gradient_matrix": "gradient at a matrix",
                "gradient_cube": "gradient at an array of three dimensions, with the default h",
                "x_left_alone": "x left as it was (1 = yes)",
            },
            reread="section 1.3, the central difference",
            weight=2.0,
            baselines=lambda inputs: {f"gradient_{name}": np.zeros(shape) for name, shape in SHAPES.items()},
        ),
        AnswerPart(
            name="rel_error",
            reference=_simulate_error(ERROR_RULE),
            misconceptions=alternatives(ERROR_RULE, ERROR_MISTAKES, _simulate_error),
            variants=alternatives(ERROR_RULE, ERROR_VARIANTS, _simulate_error, pairs=False),
            labels={"errors": "relative error of pair"},
            reread="section 1.3, the relative error",
        ),
    ),
    by_hand=(*AUTOGRAD, *COURSE, "numpy.gradient"),
)
