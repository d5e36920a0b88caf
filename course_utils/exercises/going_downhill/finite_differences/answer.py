"""What is right and wrong in `finite_differences`: the central difference, and the largest relative error."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import accepted, edit
from autograder.catalogue.ways import solution_part
from autograder.kits.library_functions import AUTOGRAD, COURSE, DIFFERENCES
from autograder.kits.smooth_function import fresh_coefficients
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

Array = NDArray[Any]
SHAPES = {"vector": (4,), "matrix": (2, 3), "cube": (2, 1, 2)}
BEGIN = "gradient = np"
UP, DOWN = "up[index] += h", "down[index] -= h"
SIZE = "np.abs(x) + np.abs(y)"
FLOORED = f"np.maximum(1e-8, {SIZE})"

GRADIENT_MISTAKES = (
    edit(
        "forward-difference",
        "This is the forward difference: it compares with f at x itself instead of on the other side of x. Its error "
        "falls with h, that of the central difference with h squared.",
        {DOWN: "down[index] -= 0", "(2 * h)": "h"},
    ),
    edit(
        "backward-difference",
        "This is the backward difference: it compares with f at x itself instead of on the other side of x.",
        {UP: "up[index] += 0", "(2 * h)": "h"},
    ),
    *(
        edit(
            "half-of-a-one-sided-difference",
            "One of the two points is x itself, so that they are h apart, and their difference is divided by 2h: that "
            "is half of the slope.",
            {place: place.replace("h", "0")},
            pairs=False,
        )
        for place in (UP, DOWN)
    ),
    edit(
        "divided-by-h",
        "The two points are 2h apart, but their difference is divided by another length.",
        {"(2 * h)": "h"},
    ),
    edit(
        "step-size-ignored",
        "The result does not depend on h: it is the one for the default step.",
        {BEGIN: f"h = 1e-5\n{BEGIN}"},
    ),
    edit(
        "half-steps",
        "The points lie h/2 to each side; the text moves x by h to each side.",
        {BEGIN: f"h = h / 2\n{BEGIN}"},
        share=0.75,
    ),
    edit(
        "sign-of-difference",
        "The difference is taken the wrong way round: the sign of every entry is reversed.",
        {"(f(up) - f(down))": "-(f(up) - f(down))"},
    ),
    edit(
        "entries-not-put-back",
        "An entry is not put back before the next one is moved: later entries are differentiated at another point.",
        {"x.copy(), x.copy()": "x.copy(), x"},
    ),
    edit(
        "both-points-the-same",
        "The point that is moved up and the one that is moved down are one array, x itself, under two names: the "
        "second move undoes the first, and both calls of f get the same point.",
        {"x.copy(), x.copy()": "x, x"},
    ),
    edit(
        "x-changed",
        "The gradient is right, but x is not what it was before the call.",
        {"return gradient": "x += h\nreturn gradient"},
        share=0.75,
    ),
    edit(
        "all-entries-at-once",
        "All entries of x are moved at the same time: that gives one slope along the diagonal, not one per entry.",
        {UP: "up += h", DOWN: "down -= h"},
    ),
    edit(
        "whole-rows-moved",
        "All entries of a row are moved together: x[i] is a whole row where x has more than one axis.",
        {UP: "up[index[0]] += h", DOWN: "down[index[0]] -= h"},
    ),
)
ERROR_MISTAKES = (
    edit(
        "mean-instead-of-max",
        "The errors are averaged: one wrong entry among many would hide.",
        {"np.max(": "np.mean("},
    ),
    edit(
        "no-floor",
        "Where both values are zero, 0/0 gives NaN: the floor is missing.",
        {FLOORED: f"({SIZE})"},
    ),
    edit(
        "floor-added",
        "The floor is added to the size; it should only replace sizes that are smaller.",
        {FLOORED: f"(1e-8 + {SIZE})"},
        share=0.75,
    ),
    edit(
        "absolute-error",
        "This is the absolute error: it is not divided by the size of the values.",
        {"np.abs(x - y) / size": "np.abs(x - y)"},
    ),
    edit(
        "first-argument-only",
        "The difference is divided by the size of x alone: the result changes when x and y change places.",
        {SIZE: "np.abs(x)"},
    ),
    edit(
        "second-argument-only",
        "The difference is divided by the size of y alone: the result changes when x and y change places.",
        {SIZE: "np.abs(y)"},
    ),
    edit(
        "size-of-sum",
        "abs(x + y) is small where the signs differ; add the sizes.",
        {SIZE: "np.abs(x + y)"},
    ),
    edit(
        "sign-kept",
        "The difference keeps its sign, so an error below zero never counts.",
        {"np.abs(x - y)": "(x - y)"},
    ),
    edit(
        "largest-over-largest",
        "The largest difference is divided by the largest size, which may belong to another entry: an error in a "
        "small entry disappears.",
        {"np.abs(x - y) / size": "np.abs(x - y)) / np.max(size"},
    ),
    edit(
        "norms-instead-of-entries",
        "The norms of whole arrays are compared: small entries disappear behind large ones. Take the worst entry.",
        {
            FLOORED: "max(1e-8, np.linalg.norm(x) + np.linalg.norm(y))",
            "np.max(np.abs(x - y) / size)": "np.linalg.norm(x - y) / size",
        },
    ),
)
LARGER_SIZE = accepted(
    "larger-size",
    "Divided by the larger of the two sizes instead of their sum: also in use, and between one and two times as large.",
    {SIZE: "np.maximum(np.abs(x), np.abs(y))"},
    pairs=False,
)


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


GRADIENT = solution_part(
    "finite_differences",
    "numerical_gradient",
    GRADIENT_MISTAKES,
    labels={
        "gradient_vector": Label("gradient at a vector"),
        "gradient_matrix": Label("gradient at a matrix"),
        "gradient_cube": Label("gradient at an array of three dimensions, with the default h"),
        "x_left_alone": Label("x left as it was", statement=True),
    },
    reread="section 1.3, the central difference",
    weight=2.0,
    words={"up": "x plus h", "down": "x minus h"},
    baselines=lambda inputs: {f"gradient_{name}": np.zeros(shape) for name, shape in SHAPES.items()},
)
ERROR = solution_part(
    "finite_differences",
    "rel_error",
    ERROR_MISTAKES,
    conventions=(LARGER_SIZE,),
    labels={"errors": Label("relative error", "pair", link="of")},
    reread="section 1.3, the relative error",
)

ANSWER = Answer("finite_differences", _generate, (GRADIENT, ERROR), by_hand=(*AUTOGRAD, *COURSE, *DIFFERENCES))
