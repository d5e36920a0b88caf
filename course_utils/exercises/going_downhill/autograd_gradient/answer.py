"""The answer to `autograd_gradient`: the gradient of f at x, with x and what it holds left alone."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.catalogue.answer import Answer, AnswerPart
from autograder.kits.closed_form import simulation
from autograder.kits.rules import Mistake, Rule, alternatives
from autograder.kits.smooth_function import fresh_coefficients, gradient, value
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

SHAPE = (3, 2)

RULE: Rule = {
    "plain": lambda s: s.g,
    "first": lambda s: s.g,
    "second": lambda s: s.g,
    "left_alone": lambda s: 1.0,
    "through_autograd": lambda s: 1.0,
}

MISTAKES = (
    Mistake(
        "gradients-accumulate",
        "The gradients of several calls add up: backward() adds to what x.grad holds already.",
        {
            "first": lambda s: s.old + s.g,
            "second": lambda s: s.old + 2 * s.g,
            "left_alone": lambda s: 0.0,
        },
    ),
    Mistake(
        "old-gradient-added",
        "What x.grad held before the call is part of the result.",
        {"first": lambda s: s.old + s.g, "second": lambda s: s.old + s.g},
    ),
    Mistake(
        "x-changed",
        "The gradient is right, but x is not what it was: its values, grad or requires_grad have changed.",
        {"left_alone": lambda s: 0.0},
        share=0.75,
    ),
    Mistake(
        "not-autograd",
        "The numbers are a gradient, but they do not come from autograd: f was never called on a tensor that is "
        "tracked.",
        {"through_autograd": lambda s: 0.0},
    ),
    Mistake(
        "downhill-direction",
        "The sign is reversed: this is the direction of descent. The gradient points uphill.",
        {name: lambda s: -s.g for name in ("plain", "first", "second")},
    ),
    Mistake(
        "unit-length",
        "The result has length one: the direction of the gradient without its length.",
        {name: lambda s: s.g / np.linalg.norm(s.g) for name in ("plain", "first", "second")},
    ),
    Mistake(
        "stepped-point",
        "The result is the point after a step of length one times the gradient, not the gradient.",
        {name: lambda s: s.x - s.g for name in ("plain", "first", "second")},
    ),
)


def _given(inputs: Inputs) -> Mapping[str, Any]:
    coefficients = [inputs[letter] for letter in "abc"]
    x = inputs["x"]
    return {"x": x, "old": inputs["old_gradient"], "g": gradient(x, *coefficients), "f": value(x, *coefficients)}


def _outputs(s: SimpleNamespace) -> Outputs:
    flags = {"x_left_alone": np.array([s.left_alone]), "through_autograd": np.array([s.through_autograd])}
    return {"gradient_plain": s.plain, "gradient_first": s.first, "gradient_second": s.second, **flags}


def _generate(rng: np.random.Generator) -> Inputs:
    return {**fresh_coefficients(rng, SHAPE), "old_gradient": rng.normal(size=SHAPE)}


_simulate = simulation(_given, _outputs)
GRADIENTS = ("gradient_plain", "gradient_first", "gradient_second")

ANSWER = Answer(
    "autograd_gradient",
    _generate,
    (
        AnswerPart(
            name="autograd_gradient",
            reference=_simulate(RULE),
            misconceptions=alternatives(RULE, MISTAKES, _simulate),
            labels={
                "gradient_plain": "gradient at a tensor that is not tracked",
                "gradient_first": "gradient at a leaf that holds an old gradient",
                "gradient_second": "gradient at the same leaf, second call",
                "x_left_alone": "x left as it was (1 = yes)",
                "through_autograd": "f was called on a tracked tensor (1 = yes)",
            },
            reread="section 1.4, leaf, accumulate, reset",
            baselines=lambda inputs: {name: np.zeros(SHAPE) for name in GRADIENTS},
        ),
    ),
)
