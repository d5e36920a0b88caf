"""What is right and wrong in `activations`: 1 / (1 + exp(-x)) and max(x, 0), of any shape and float type."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from autograder.catalogue.answer import Answer, AnswerPart
from autograder.catalogue.edit import Edit, edit
from autograder.catalogue.ways import Ignored, solution_part
from autograder.kits.library_functions import ACTIVATIONS
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

NUMERATOR = "numerator = torch.exp(torch.minimum(x, torch.zeros_like(x)))"
DENOMINATOR = "denominator = 1 + torch.exp(-x.abs())"
RATIO = "numerator / denominator"
WHERE = "torch.where(x > 0, x, torch.zeros_like(x))"

INPUT_CHANGED = Ignored(
    "input-changed",
    "The values are right, but the function writes into its input, which other code may still need.",
    "The function also writes into its input.",
    ("input_left_alone",),
    share=0.75,
)


def _about_the_result(value: str, bracketed: str) -> tuple[Edit, ...]:
    """Return the mistakes about what is returned, of a solution that returns `value`, also in brackets if need be."""
    return (
        edit(
            "graph-cut",
            "The values are right, but no gradient flows back through them: somewhere the tensor became a plain "
            "number.",
            {value: f"{bracketed}.detach()"},
            share=0.75,
        ),
        edit(
            "dtype-changed",
            "A float32 input should give a float32 result; here it comes back as float64.",
            {value: f"{bracketed}.double()"},
            share=0.75,
        ),
        edit(
            "dtype-lost",
            "A float64 input should give a float64 result; here it is rounded to float32.",
            {value: f"{bracketed}.float()"},
            share=0.75,
        ),
    )


def _clipped(bound: int) -> Edit:
    said = f"The input is clipped at {bound}: beyond that the value is constant, and the gradient is zero."
    changes = {NUMERATOR: f"x = x.clamp(-{bound}, {bound})\n{NUMERATOR}"}
    return edit("input-clipped", said, changes, share=0.75, pairs=False)


ABOUT_SIGMOID = (
    edit(
        "overflow-in-gradient",
        "The values are right, but exp(-x) overflows for a large negative x: then the gradient is not a number.",
        {NUMERATOR: "numerator = 1", DENOMINATOR: "denominator = 1 + torch.exp(-x)"},
        share=0.75,
    ),
    edit(
        "overflow-in-gradient",
        "The values are right, but in the branch that is not chosen the exponential overflows all the same, and its "
        "gradient, zero times infinity, is not a number.",
        {
            NUMERATOR: "numerator = torch.where(x >= 0, 1 / (1 + torch.exp(-x)), torch.exp(x) / (1 + torch.exp(x)))",
            DENOMINATOR: "denominator = 1",
        },
        share=0.75,
        pairs=False,
    ),
    edit(
        "overflow-in-gradient",
        "The values are right, and the input is clipped, but at a bound that is too far for float32: there exp(-x) "
        "overflows before the bound is reached, and the gradient is not a number.",
        {NUMERATOR: "x = x.clamp(-500, 500)\nnumerator = 1", DENOMINATOR: "denominator = 1 + torch.exp(-x)"},
        share=0.75,
        pairs=False,
    ),
    edit(
        "overflow",
        "For a large positive x the result is infinity divided by infinity: exp(x) overflows in both places.",
        {NUMERATOR: "numerator = torch.exp(x)", DENOMINATOR: "denominator = 1 + torch.exp(x)"},
    ),
    edit(
        "cancellation",
        "For a large negative x the result is exactly 0: 1 minus a number that rounds to 1 has lost every digit.",
        {NUMERATOR: "numerator = 1 - torch.sigmoid(-x)", DENOMINATOR: "denominator = 1"},
        share=0.75,
    ),
    edit(
        "cancellation",
        "For a large negative x the result is exactly 0: a number that rounds to 1 was subtracted from 1.",
        {NUMERATOR: "numerator = 1 + torch.tanh(x / 2)", DENOMINATOR: "denominator = 2"},
        share=0.75,
        pairs=False,
    ),
    edit(
        "sign-flipped",
        "The curve falls where it should rise: the sign of x in the exponent is wrong.",
        {NUMERATOR: f"x = -x\n{NUMERATOR}"},
    ),
    edit(
        "tanh-for-sigmoid",
        "The values lie between -1 and 1: that is the hyperbolic tangent, a probability lies between 0 and 1.",
        {NUMERATOR: "numerator = torch.tanh(x)", DENOMINATOR: "denominator = 1"},
    ),
    *map(_clipped, (10, 15, 20, 30, 50)),
    *_about_the_result(RATIO, f"({RATIO})"),
)
ABOUT_RELU = (
    edit(
        "negative-part-kept",
        "The function returns the negative part of x and sets the positive part to zero: min instead of max.",
        {"x > 0": "x < 0"},
    ),
    edit(
        "absolute-value",
        "Negative inputs come back as positive numbers: that is the absolute value.",
        {"torch.zeros_like(x)": "-x"},
    ),
    edit(
        "step-for-relu",
        "The function returns whether x is positive, 0 or 1, and not x itself.",
        {"x > 0, x,": "x > 0, 1 + 0 * x,"},
    ),
    edit(
        "step-for-relu",
        "The function returns whether x is positive, 0 or 1, and not x itself.",
        {WHERE: "(x > 0).to(x.dtype)"},
        pairs=False,
    ),
    edit(
        "leaky",
        "Negative inputs leak through with a small slope; the text asks for exactly zero.",
        {"torch.zeros_like(x)": "0.01 * x"},
    ),
    edit(
        "softplus-for-relu",
        "The function is smooth at zero: that is log(1 + exp(x)), the softplus.",
        {WHERE: "torch.logaddexp(x, torch.zeros_like(x))"},
    ),
    edit(
        "capped-above",
        "Values above 1 are cut off; a rectifier lets them pass.",
        {"x > 0, x,": "x > 0, x.clamp(max=1),"},
    ),
    *_about_the_result(WHERE, WHERE)[
        :2
    ],  # another type shows, but not which one: no value needs more than single precision
)
LABELS = {
    "values": Label("value"),
    "block": Label("value in an array of three dimensions"),
    "number": Label("value for a single number"),
    "extreme": Label("value far from zero"),
    "extreme_single": Label("value far from zero in float32"),
    "log_far": Label("logarithm of the value at a large negative x"),
    "gradient": Label("gradient"),
    "gradient_extreme": Label("gradient far from zero"),
    "gradient_extreme_single": Label("gradient far from zero in float32"),
    "dtype_kept": Label("float dtype kept", statement=True),
    "input_left_alone": Label("input left as it was", statement=True),
}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw inputs near and far from zero, none of them zero, where a rectifier has no single gradient.

    The far ones are representable in float32, or so small that float32 rounds them to zero: nothing in between.
    """
    sizes = np.concatenate([rng.uniform(0.2, 0.9, 6), rng.uniform(1.2, 4.0, 6)])
    x = rng.permutation(sizes * np.tile([-1.0, 1.0], 6))
    return {
        "x": x,
        "block": rng.normal(scale=2, size=(2, 3, 2)),
        "number": np.array(rng.uniform(1.1, 3)),
        "far": -np.concatenate([rng.uniform(60, 80, 2), rng.uniform(115, 140, 2)]),
        "extreme": rng.uniform(750, 900, 4) * np.array([-1.0, 1.0, -1.0, 1.0]),
        "extreme_single": rng.uniform(95, 130, 4) * np.array([-1.0, 1.0, -1.0, 1.0]),
    }


def _part(name: str, mistakes: Iterable[Edit], reread: str) -> AnswerPart:
    return solution_part("activations", name, mistakes, ignored=[INPUT_CHANGED], labels=LABELS, reread=reread)


ANSWER = Answer(
    "activations",
    generate,
    (
        _part("sigmoid", ABOUT_SIGMOID, "section 3.1, the two ways to write the sigmoid"),
        _part("relu", ABOUT_RELU, "section 3.1, the rectifier"),
    ),
    by_hand=ACTIVATIONS,
)
