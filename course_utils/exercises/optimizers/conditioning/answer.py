"""The answer to `conditioning`: the fastest descent, and the fastest heavy ball, on a quadratic with given eigenvalues.

With a the smallest and b the largest eigenvalue (Polyak 1964): gradient descent lr = 2 / (a + b) and rate
(b - a) / (b + a);
heavy ball lr = (2 / (sqrt a + sqrt b))^2, rate (sqrt b - sqrt a) / (sqrt b + sqrt a), beta its square.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np

from autograder.catalogue.answer import Alternative, Answer, AnswerPart, Simulate
from autograder.kits.closed_form import evaluate
from autograder.kits.library import COURSE
from autograder.kits.rules import Mistake, Rule, alternatives, under_variants
from course_utils.exercises.optimizers.conditioning.probe import RETURNS
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

ENDS: Rule = {"a": lambda s: s.all.min(), "b": lambda s: s.all.max()}
NOT_SORTED = Mistake(
    "ends-of-the-list",
    "The first and the last eigenvalue are used; they need not be the smallest and the largest.",
    {"a": lambda s: s.all[0], "b": lambda s: s.all[-1]},
)

DESCENT: Rule = {
    **ENDS,
    "lr": lambda s: 2 / (s.a + s.b),
    "rate": lambda s: (s.b - s.a) / (s.b + s.a),
}

DESCENT_MISTAKES = (
    NOT_SORTED,
    Mistake(
        "one-over-largest",
        "1/(largest eigenvalue) is safe but not the fastest: it finishes the steepest direction in one step and leaves "
        "the flattest one slow.",
        {"lr": lambda s: 1 / s.b},
    ),
    Mistake(
        "stability-limit",
        "2/(largest eigenvalue) is where convergence ends: along the steepest direction the error no longer shrinks.",
        {"lr": lambda s: 2 / s.b},
    ),
    Mistake(
        "half-the-step",
        "The step is half as long as the fastest one.",
        {"lr": lambda s: 1 / (s.a + s.b)},
    ),
    Mistake(
        "mean-of-all",
        "The mean of all eigenvalues is used; only the two extremes decide which direction is the slowest.",
        {"lr": lambda s: 1 / s.all.mean()},
    ),
    Mistake(
        "geometric-mean",
        "The geometric mean of the extremes does not make their two factors equal in size; the arithmetic mean does.",
        {"lr": lambda s: 1 / np.sqrt(s.a * s.b)},
    ),
    Mistake(
        "rate-of-one-over-largest",
        "1 - 1/kappa is the rate at the step 1/(largest eigenvalue), not at the fastest one.",
        {"rate": lambda s: 1 - s.a / s.b},
    ),
    Mistake(
        "rate-of-heavy-ball",
        "The rate has roots in it: that is what the heavy ball reaches, not gradient descent.",
        {"rate": lambda s: (s.b**0.5 - s.a**0.5) / (s.b**0.5 + s.a**0.5)},
    ),
    Mistake(
        "rate-of-loss",
        "The rate is squared: that is the factor of the loss per step, and the text asks for that of the distance.",
        {"rate": lambda s: ((s.b - s.a) / (s.b + s.a)) ** 2},
    ),
    Mistake(
        "rate-negative",
        "The rate is negative: take the size of the factor, or the ratio the other way round.",
        {"rate": lambda s: (s.a - s.b) / (s.a + s.b)},
    ),
    Mistake(
        "share-removed",
        "This is the share of the error that a step removes; the rate is the share that it leaves.",
        {"rate": lambda s: 1 - (s.b - s.a) / (s.a + s.b)},
    ),
    Mistake(
        "condition-number",
        "The condition number itself is returned in place of the rate that follows from it.",
        {"rate": lambda s: s.b / s.a},
    ),
)

HEAVY_BALL: Rule = {
    **ENDS,
    "r": lambda s: (s.b**0.5 - s.a**0.5) / (s.b**0.5 + s.a**0.5),
    "rate": lambda s: s.r,
    "beta": lambda s: s.r**2,
    "lr": lambda s: 4 / (s.a**0.5 + s.b**0.5) ** 2,
}

HEAVY_BALL_MISTAKES = (
    NOT_SORTED,
    Mistake(
        "step-of-gradient-descent",
        "The learning rate is the one that is best without momentum; with momentum longer steps are stable, and best.",
        {"lr": lambda s: 2 / (s.a + s.b)},
    ),
    Mistake(
        "step-not-squared",
        "2/(sum of the roots) is the root of the learning rate.",
        {"lr": lambda s: 2 / (s.a**0.5 + s.b**0.5)},
    ),
    Mistake(
        "root-of-the-sum",
        "The square of a sum of roots is not the sum: the product of the roots is missing from the denominator.",
        {"lr": lambda s: 4 / (s.a + s.b)},
    ),
    Mistake(
        "one-over-largest",
        "1/(largest eigenvalue) is a learning rate for descent without momentum.",
        {"lr": lambda s: 1 / s.b},
    ),
    Mistake(
        "stability-limit",
        "2 (1 + beta)/(largest eigenvalue) is where convergence ends.",
        {"lr": lambda s: 2 * (1 + s.beta) / s.b},
    ),
    Mistake(
        "beta-not-squared",
        "beta is the square of the rate: the error shrinks by the root of beta per step.",
        {"beta": lambda s: s.r},
    ),
    Mistake(
        "rate-taken-for-beta",
        "This beta is the rate, and your rate the root of it: beta is the square of the rate.",
        {"beta": lambda s: s.r, "rate": lambda s: s.r**0.5},
    ),
    Mistake(
        "one-minus-beta",
        "This is 1 - beta: beta is the share of the last movement that is kept.",
        {"beta": lambda s: 1 - s.r**2},
    ),
    Mistake(
        "condition-number-without-root",
        "beta and the rate are computed from the eigenvalues; with momentum their roots take that place.",
        {
            "rate": lambda s: (s.b - s.a) / (s.b + s.a),
            "beta": lambda s: ((s.b - s.a) / (s.b + s.a)) ** 2,
        },
    ),
    Mistake(
        "rate-of-gradient-descent",
        "The rate is the one that gradient descent reaches: it needs the roots of the eigenvalues.",
        {"rate": lambda s: (s.b - s.a) / (s.b + s.a)},
    ),
    Mistake(
        "rate-of-loss",
        "The rate equals beta here, which is the factor of the loss per step; the distance shrinks by its root.",
        {"rate": lambda s: s.r**2},
    ),
    Mistake(
        "twice-the-root-of-beta",
        "The rate is twice as large as it should be: the root of beta, without a factor 2, is the size of both roots.",
        {"rate": lambda s: 2 * s.r},
    ),
    Mistake(
        "share-removed",
        "This is the share of the error that a step removes; the rate is the share that it leaves.",
        {"rate": lambda s: 1 - (s.b**0.5 - s.a**0.5) / (s.a**0.5 + s.b**0.5)},
    ),
)

AVERAGE_FORM = Mistake(
    "moving-average-form",
    "This is the learning rate for momentum as a moving average, 1/(1 - beta) times that of the heavy ball.",
    {"lr": lambda s: 4 / (s.a**0.5 + s.b**0.5) ** 2 / (1 - s.beta)},
    share=1.0,
)
CHANGED = "The values are right, but the eigenvalues that were passed in have been changed."


def _simulation(name: str) -> Callable[[Rule], Simulate]:
    def simulate(rule: Rule) -> Simulate:
        def outputs(inputs: Inputs) -> Outputs:
            states: list[SimpleNamespace] = [evaluate(rule, {"all": inputs[key]}) for key in sorted(inputs)]
            values = {key: np.array([getattr(state, key) for state in states]) for key in RETURNS[name]}
            return {**values, "eigenvalues_left_alone": np.array(1.0)}

        return outputs

    return simulate


def _part(
    name: str, rule: Rule, mistakes: tuple[Mistake, ...], variants: tuple[Mistake, ...], labels: dict[str, str]
) -> AnswerPart:
    simulate = _simulation(name)
    reference = simulate(rule)
    changed = Alternative(
        ("eigenvalues-changed",),
        (CHANGED,),
        lambda inputs: {**reference(inputs), "eigenvalues_left_alone": np.array(0.0)},
        share=0.75,
    )
    return AnswerPart(
        name=name,
        reference=reference,
        misconceptions=(
            *alternatives(rule, mistakes, simulate),
            changed,
            *under_variants(rule, mistakes, variants, simulate),
        ),
        variants=alternatives(rule, variants, simulate),
        labels={**labels, "eigenvalues_left_alone": "eigenvalues left as they were (1 = yes)"},
        reread="section 2.3, the factor per step in one direction",
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


LR, RATE, BETA = "the learning rate", "the rate", "beta"

ANSWER = Answer(
    "conditioning",
    _generate,
    (
        _part("gradient_descent_optimum", DESCENT, DESCENT_MISTAKES, (), {"lr": LR, "rate": RATE}),
        _part(
            "heavy_ball_optimum",
            HEAVY_BALL,
            HEAVY_BALL_MISTAKES,
            (AVERAGE_FORM,),
            {"lr": LR, "beta": BETA, "rate": RATE},
        ),
    ),
    by_hand=COURSE,
)
