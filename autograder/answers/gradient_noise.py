"""The answer to `gradient_noise`: the mean squared distance of minibatch gradients from the full one, tr(C) / B.

C is the covariance of the gradients of single examples, B the batch size; the draws are independent. The reference is
this formula, not a simulation; a solution may be off by what chance does to a mean over the draws.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.answers.base import Answer, AnswerPart, Simulate
from autograder.answers.programs import perform
from autograder.answers.rules import Mistake, Rule, alternatives
from course_utils.probes.base import Inputs, Outputs
from course_utils.probes.gradient_noise import BATCH_SIZES, PROBE

__all__ = ["ANSWER"]

ROWS, DRAWS, SAMPLES = 40, 500, 4000


def _spread(gradients: NDArray[Any]) -> Any:
    """Return the mean squared distance from the mean: the trace of the covariance."""
    return ((gradients - gradients.mean(axis=0)) ** 2).sum(axis=1).mean()


def _minibatch_gradients(s: SimpleNamespace) -> NDArray[Any]:
    rows = np.random.default_rng(0).integers(len(s.per_example), size=(SAMPLES, s.size))
    means: NDArray[Any] = s.per_example[rows].mean(axis=1)
    return means


def _accumulated(s: SimpleNamespace) -> Any:
    """Return the mean of |S_k - g|^2 where S_k is the sum of the first k of n gradients."""
    n, g2 = s.draws, (s.per_example.mean(axis=0) ** 2).sum()
    return _spread(s.per_example) / s.size * (n + 1) / 2 + g2 * (n - 1) * (2 * n - 1) / 6


def _accumulated_on_top(s: SimpleNamespace) -> Any:
    """Return the same where the gradient of the whole set was the first to be added."""
    n, g2 = s.draws, (s.per_example.mean(axis=0) ** 2).sum()
    return _spread(s.per_example) / s.size * (n + 1) / 2 + g2 * (n + 1) * (2 * n + 1) / 6


PROGRAM: Rule = {
    "components": lambda s: s.per_example,
    "variance": lambda s: _spread(s.components),
    "finite": lambda s: 1.0,
    "of_minibatch": lambda s: s.variance / s.size * s.finite,
    "value": lambda s: s.of_minibatch,
    "batch_size_used": lambda s: 1.0,
    "pairs_kept": lambda s: 1.0,
    "repeatable": lambda s: 1.0,
    "inputs_left_alone": lambda s: 1.0,
}
STATEMENTS = ("batch_size_used", "pairs_kept", "repeatable", "inputs_left_alone")

ACCUMULATE = (
    "The gradients are never set to zero between the draws, so each one contains all those before it, and the result "
    "grows with the number of draws."
)
MISTAKES = (
    Mistake(
        "not-centred",
        "This is the mean squared length of the minibatch gradients. The gradient of the whole set is still in it: "
        "noise is what remains after it has been subtracted.",
        {"of_minibatch": lambda s: (_minibatch_gradients(s) ** 2).sum(axis=1).mean()},
    ),
    Mistake(
        "without-replacement",
        "The rows are drawn without replacement: the variance is smaller, by (N - B)/(N - 1) for B of N rows, and "
        "would be zero for B = N. The text asks for independent draws.",
        {"finite": lambda s: (s.rows - s.size) / (s.rows - 1)},
        share=0.75,
    ),
    Mistake(
        "mean-over-components",
        "The squares are averaged over the components of the gradient; the squared length is their sum.",
        {"value": lambda s: s.of_minibatch / s.per_example.shape[1]},
        share=0.75,
    ),
    Mistake(
        "standard-deviation",
        "This is the standard deviation, the root of what is asked for.",
        {"value": lambda s: np.sqrt(s.of_minibatch)},
        share=0.75,
    ),
    Mistake(
        "length-not-squared",
        "This is the mean distance from the full gradient; the variance is the mean of its square.",
        {
            "of_minibatch": lambda s: np.sqrt(
                ((_minibatch_gradients(s) - s.per_example.mean(axis=0)) ** 2).sum(axis=1)
            ).mean()
        },
        share=0.75,
    ),
    Mistake(
        "variance-of-lengths",
        "This is the variance of the gradients' lengths. Two gradients of equal length can point to opposite sides: "
        "take the length of the difference.",
        {"of_minibatch": lambda s: np.linalg.norm(_minibatch_gradients(s), axis=1).var()},
    ),
    Mistake(
        "first-tensor-only",
        "Only the first tensor of the parameters is counted; the gradient has components for all of them.",
        {"components": lambda s: s.per_example[:, :-1]},
    ),
    Mistake(
        "last-tensor-only",
        "Only the last tensor of the parameters is counted; the gradient has components for all of them.",
        {"components": lambda s: s.per_example[:, -1:]},
    ),
    Mistake(
        "one-example-at-a-time",
        "The draws are single examples, whatever the batch size: this is the variance for a batch of one.",
        {"of_minibatch": lambda s: s.variance, "batch_size_used": lambda s: 0.0},
    ),
    Mistake(
        "times-batch-size",
        "The result is multiplied by the batch size: that is the variance of a single example's gradient.",
        {"value": lambda s: s.of_minibatch * s.size},
    ),
    Mistake("gradients-accumulate", ACCUMULATE, {"of_minibatch": _accumulated}),
    Mistake("gradients-accumulate", ACCUMULATE, {"of_minibatch": _accumulated_on_top}),
    Mistake(
        "generator-not-used",
        "The same generator state gives other numbers: the draws do not come from the generator that was given.",
        {"repeatable": lambda s: 0.0},
        share=0.75,
    ),
)
LABELS = {
    **{f"variance_{size}": f"variance for batches of {size}" for size in BATCH_SIZES},
    "batch_size_used": "the batches have the size asked for (1 = yes)",
    "pairs_kept": "inputs come with their own targets (1 = yes)",
    "repeatable": "the same generator state gives the same result (1 = yes)",
    "inputs_left_alone": "data and parameters left as they were (1 = yes)",
}


def simulate(program: Rule) -> Simulate:
    """Return what chance leaves of `program`: its expectation for each batch size."""

    def arrays(inputs: Inputs) -> Outputs:
        x = np.column_stack([inputs["x"], np.ones(ROWS)])
        residuals = inputs["x"] @ inputs["w"] + inputs["b"] - inputs["y"]
        given = {"per_example": 2 * residuals[:, None] * x, "rows": ROWS, "draws": int(inputs["num_draws"])}
        states = [perform(program, **given, size=size) for size in BATCH_SIZES]
        seen = {f"variance_{s.size}": np.array(s.value) for s in states}
        return {**seen, **{name: np.array(getattr(states[0], name)) for name in STATEMENTS}}

    return arrays


def _separates(inputs: Inputs) -> bool:
    """Say whether any two of the single mistakes, and the right way, differ by more than chance can explain."""
    programs = [PROGRAM, *({**PROGRAM, **mistake.formulas} for mistake in MISTAKES if mistake.formulas.keys() & PART)]
    values = [simulate(program)(inputs) for program in programs]
    logs = np.log([[float(value[f"variance_{size}"]) for size in BATCH_SIZES] for value in values])
    apart = np.abs(logs[:, None] - logs).max(axis=2) + np.eye(len(logs))
    return bool(apart.min() > 0.4)


PART = {"components", "finite", "of_minibatch", "value"}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw rows and a model away from its optimum, until the mistakes are far from each other."""
    while True:
        x = rng.uniform(-1, 1, size=(ROWS, 3))
        inputs = {
            "x": x,
            "y": x @ rng.normal(size=3) + rng.uniform(-1, 1, ROWS),
            "w": rng.normal(size=3),
            "b": np.array(rng.uniform(0.3, 0.8) * rng.choice([-1.0, 1.0])),
            "num_draws": np.array(DRAWS),
            "seed": np.array(rng.integers(2**31)),
        }
        if _separates(inputs):
            return inputs


ANSWER = Answer(
    "gradient_noise",
    generate,
    (
        AnswerPart(
            name=PROBE.parts[0].name,
            reference=simulate(PROGRAM),
            misconceptions=alternatives(PROGRAM, MISTAKES, simulate),
            labels=LABELS,
            reread="section 3.6, the variance of a mean of B independent gradients",
            # A mean over the draws is off by up to a tenth; mistakes are off by more than four times that.
            rtol=0.08,
        ),
    ),
)
