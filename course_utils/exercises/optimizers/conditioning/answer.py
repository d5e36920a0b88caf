"""What is right and wrong in `conditioning`: the fastest descent, and the fastest heavy ball, on a quadratic.

With a the smallest and b the largest eigenvalue (Polyak 1964): gradient descent lr = 2 / (a + b) and rate
(b - a) / (b + a);
heavy ball lr = (2 / (sqrt a + sqrt b))^2, rate (sqrt b - sqrt a) / (sqrt b + sqrt a), beta its square.
"""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer, AnswerPart
from autograder.catalogue.edit import Edit, accepted, edit
from autograder.catalogue.ways import solution_part
from autograder.kits.library_functions import COURSE
from course_utils.checks.labels import Label
from course_utils.checks.types import Besides
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

SHARE_REMOVED = "This is the share of the error that a step removes; the rate is the share that it leaves."


def _about_the_list(first_line: str) -> tuple[Edit, Edit]:
    """Return the mistakes of both functions with the list of eigenvalues, from how the solution begins."""
    return (
        edit(
            "ends-of-the-list",
            "The first and the last eigenvalue are used; they need not be the smallest and the largest.",
            {"np.min(eigenvalues)": "eigenvalues[0]", "np.max(eigenvalues)": "eigenvalues[-1]"},
        ),
        edit(
            "eigenvalues-changed",
            "The values are right, but the eigenvalues that were passed in have been changed.",
            {first_line: f"eigenvalues.sort()\n{first_line}"},
            share=0.75,
            pairs=False,
        ),
    )


BESIDES = (
    Besides(
        "eigenvalues_left_alone",
        "eigenvalues-changed",
        "The eigenvalues that were passed in have also been changed.",
        0.75,
    ),
)
LR = "lr = 2 / (largest + smallest)"
RATE = "rate = (largest - smallest) / (largest + smallest)"

DESCENT_MISTAKES = (
    *_about_the_list("smallest, largest = np"),
    edit(
        "one-over-largest",
        "1/(largest eigenvalue) is safe but not the fastest: it finishes the steepest direction in one step and leaves "
        "the flattest one slow.",
        {LR: "lr = 1 / largest"},
    ),
    edit(
        "stability-limit",
        "2/(largest eigenvalue) is where convergence ends: along the steepest direction the error no longer shrinks.",
        {LR: "lr = 2 / largest"},
    ),
    edit(
        "half-the-step",
        "The step is half as long as the fastest one.",
        {LR: "lr = 1 / (largest + smallest)"},
    ),
    edit(
        "mean-of-all",
        "The mean of all eigenvalues is used; only the two extremes decide which direction is the slowest.",
        {LR: "lr = 1 / np.mean(eigenvalues)"},
    ),
    edit(
        "geometric-mean",
        "The geometric mean of the extremes does not make their two factors equal in size; the arithmetic mean does.",
        {LR: "lr = 1 / np.sqrt(largest * smallest)"},
    ),
    edit(
        "rate-of-one-over-largest",
        "1 - 1/kappa is the rate at the step 1/(largest eigenvalue), not at the fastest one.",
        {RATE: "rate = 1 - smallest / largest"},
    ),
    edit(
        "rate-of-heavy-ball",
        "The rate has roots in it: that is what the heavy ball reaches, not gradient descent.",
        {RATE: "rate = (largest**0.5 - smallest**0.5) / (largest**0.5 + smallest**0.5)"},
    ),
    edit(
        "rate-of-loss",
        "The rate is squared: that is the factor of the loss per step, and the text asks for that of the distance.",
        {RATE: "rate = ((largest - smallest) / (largest + smallest)) ** 2"},
    ),
    edit(
        "rate-negative",
        "The rate is negative: take the size of the factor, or the ratio the other way round.",
        {RATE: "rate = (smallest - largest) / (largest + smallest)"},
    ),
    edit("share-removed", SHARE_REMOVED, {RATE: "rate = 1 - (largest - smallest) / (largest + smallest)"}),
    edit(
        "condition-number",
        "The condition number itself is returned in place of the rate that follows from it.",
        {RATE: "rate = largest / smallest"},
    ),
)

FACTOR = "rate = (steep - flat) / (steep + flat)"
LONG_STEP = "lr = 4 / (steep + flat) ** 2"
RETURNED = "return lr, beta, rate"
PLAIN_RATE = "(steep**2 - flat**2) / (steep**2 + flat**2)"

HEAVY_BALL_MISTAKES = (
    *_about_the_list("flat, steep = np"),
    edit(
        "step-of-gradient-descent",
        "The learning rate is the one that is best without momentum; with momentum longer steps are stable, and best.",
        {LONG_STEP: "lr = 2 / (steep**2 + flat**2)"},
    ),
    edit(
        "step-not-squared",
        "2/(sum of the roots) is the root of the learning rate.",
        {LONG_STEP: "lr = 2 / (steep + flat)"},
    ),
    edit(
        "root-of-the-sum",
        "The square of a sum of roots is not the sum: the product of the roots is missing from the denominator.",
        {LONG_STEP: "lr = 4 / (steep**2 + flat**2)"},
    ),
    edit(
        "one-over-largest",
        "1/(largest eigenvalue) is a learning rate for descent without momentum.",
        {LONG_STEP: "lr = 1 / steep**2"},
    ),
    edit(
        "stability-limit",
        "2 (1 + beta)/(largest eigenvalue) is where convergence ends.",
        {LONG_STEP: "lr = 2 * (1 + beta) / steep**2"},
    ),
    edit(
        "beta-not-squared",
        "beta is the square of the rate: the error shrinks by the root of beta per step.",
        {"beta = rate**2": "beta = rate"},
    ),
    edit(
        "rate-taken-for-beta",
        "This beta is the rate, and your rate the root of it: beta is the square of the rate.",
        {"beta = rate**2": "beta = rate", RETURNED: f"{RETURNED}**0.5"},
    ),
    edit(
        "one-minus-beta",
        "This is 1 - beta: beta is the share of the last movement that is kept.",
        {"beta = rate**2": "beta = 1 - rate**2"},
    ),
    edit(
        "condition-number-without-root",
        "beta and the rate are computed from the eigenvalues; with momentum their roots take that place.",
        {FACTOR: f"rate = {PLAIN_RATE}"},
    ),
    edit(
        "rate-of-gradient-descent",
        "The rate is the one that gradient descent reaches: it needs the roots of the eigenvalues.",
        {RETURNED: f"return lr, beta, {PLAIN_RATE}"},
    ),
    edit(
        "rate-of-loss",
        "The rate equals beta here, which is the factor of the loss per step; the distance shrinks by its root.",
        {RETURNED: "return lr, beta, rate**2"},
    ),
    edit(
        "twice-the-root-of-beta",
        "The rate is twice as large as it should be: the root of beta, without a factor 2, is the size of both roots.",
        {RETURNED: "return lr, beta, 2 * rate"},
    ),
    edit("share-removed", SHARE_REMOVED, {RETURNED: "return lr, beta, 1 - rate"}),
)

AVERAGE_FORM = accepted(
    "moving-average-form",
    "This is the learning rate for momentum as a moving average, 1/(1 - beta) times that of the heavy ball.",
    {LONG_STEP: f"{LONG_STEP} / (1 - beta)"},
)

LABELS = {
    "lr": Label("learning rate"),
    "beta": Label("beta"),
    "rate": Label("rate"),
    "eigenvalues_left_alone": Label("eigenvalues left as they were", statement=True),
}
WORDS = {
    "lr": "learning rate",
    "smallest": "smallest eigenvalue",
    "largest": "largest eigenvalue",
    "flat": "smallest root",
    "steep": "largest root",
}


def _part(name: str, mistakes: tuple[Edit, ...], conventions: tuple[Edit, ...] = ()) -> AnswerPart:
    return solution_part(
        "conditioning",
        name,
        mistakes,
        conventions=conventions,
        besides=BESIDES,
        labels=LABELS,
        reread="section 2.3, the factor per step in one direction",
        words=WORDS,
        baselines=lambda inputs: {"lr": np.zeros(len(inputs))},
    )


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw eigenvalues in no order, the extremes neither first nor last; in one set all are equal."""
    inputs = {}
    for size in (3, 4, 6):
        inner = rng.uniform(1.0, 3.0, size=size - 2)
        extremes = [rng.uniform(0.05, 0.5), rng.uniform(4.0, 30.0)]
        inputs[f"eigenvalues_{size}"] = np.array([inner[0], *extremes, *inner[1:]])
    return {**inputs, "eigenvalues_all_equal": np.full(2, rng.uniform(0.3, 3.0))}


ANSWER = Answer(
    "conditioning",
    _generate,
    (
        _part("gradient_descent_optimum", DESCENT_MISTAKES),
        _part("heavy_ball_optimum", HEAVY_BALL_MISTAKES, (AVERAGE_FORM,)),
    ),
    by_hand=COURSE,
)
