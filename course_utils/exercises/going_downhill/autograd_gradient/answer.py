"""What is right and wrong in `autograd_gradient`: the gradient of f at x, with x and what it holds left alone."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import edit
from autograder.catalogue.ways import Ignored, solution_part
from autograder.kits.results import GRAPH_ATTACHED, NO_TENSOR, OTHER_DTYPE, RESULT_LABELS
from autograder.kits.smooth_function import fresh_coefficients
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

SHAPE = (3, 2)
BEGIN = "leaf ="
END = "return gradient"

MISTAKES = (
    edit(
        "gradients-accumulate",
        "The gradients of several calls add up: backward() adds to what x.grad holds already.",
        {
            "x.detach().clone()": "x",
            "(gradient,) = torch.autograd.grad(f(leaf), leaf)": "f(leaf).backward()\ngradient = leaf.grad",
        },
    ),
    edit(
        "old-gradient-added",
        "The result includes the old content of x.grad.",
        {END: f"gradient = gradient + (0 if x.grad is None else x.grad)\n{END}"},
    ),
    edit(
        "x-changed",
        "The gradient is right, but x is not what it was: its values, grad or requires_grad have changed.",
        {BEGIN: f"x.requires_grad_(True)\n{BEGIN}"},
        share=0.75,
    ),
    edit(
        "downhill-direction",
        "The sign is reversed: this is the direction of descent. The gradient points uphill.",
        {END: "return -gradient"},
    ),
    edit(
        "unit-length",
        "The result has length one: the direction of the gradient without its length.",
        {END: "return gradient / gradient.norm()"},
    ),
    edit(
        "stepped-point",
        "The result is the point after a step of length one times the gradient, not the gradient.",
        {END: "return x - gradient"},
    ),
)
NOT_AUTOGRAD = Ignored(
    "not-autograd",
    "The numbers are a gradient, but they do not come from autograd: f was never called on a tracked tensor.",
    "Nor do the numbers come from autograd: f was never called on a tracked tensor.",
    ("through_autograd",),
)


def _generate(rng: np.random.Generator) -> Inputs:
    return {**fresh_coefficients(rng, SHAPE), "old_gradient": rng.normal(size=SHAPE)}


PART = solution_part(
    "autograd_gradient",
    "autograd_gradient",
    MISTAKES,
    ignored=(NOT_AUTOGRAD, NO_TENSOR, OTHER_DTYPE, GRAPH_ATTACHED),
    labels={
        "gradient_plain": Label("gradient at a tensor that is not tracked"),
        "gradient_first": Label("gradient at a leaf that holds an old gradient"),
        "gradient_second": Label("gradient at the same leaf, second call"),
        **RESULT_LABELS,
        "x_left_alone": Label("x left as it was", statement=True),
        "through_autograd": Label("f was called on a tracked tensor", statement=True),
    },
    reread="section 1.4, leaf, accumulate, reset",
    baselines=lambda inputs: {f"gradient_{name}": np.zeros(SHAPE) for name in ("plain", "first", "second")},
)

ANSWER = Answer("autograd_gradient", _generate, (PART,))
