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

ROWS, FIRST, INPUTS, DRAWS, SAMPLES = 40, 16, 25, 200, 2000
# The reference for single examples is exp(level), a level between these two, so that the judge's tolerance, 0.05 of the
# value and of the largest one, is 13 to 30 percent of a variance, and inputs differ in what is right. In so many
# dimensions, and with residuals of similar sizes, a mean over the draws is off by at most STEADY / sqrt(DRAWS), 3.5
# percent. What is told apart differs by a factor of exp(APART).
LEVELS = (2.0, 3.0)
STEADY, APART = 0.5, 0.35


def _spread(gradients: NDArray[Any]) -> Any:
    """Return the mean squared distance from the mean: the trace of the covariance."""
    return ((gradients - gradients.mean(axis=0)) ** 2).sum(axis=1).mean()


def _minibatch_gradients(s: SimpleNamespace) -> NDArray[Any]:
    rows = np.random.default_rng(0).integers(len(s.per_example), size=(SAMPLES, s.size))
    means: NDArray[Any] = s.per_example[rows].mean(axis=1)
    return means


PROGRAM: Rule = {
    "components": lambda s: s.per_example,
    "variance": lambda s: _spread(s.components),
    "finite": lambda s: 1.0,
    "of_minibatch": lambda s: s.variance / s.size * s.finite,
    "value": lambda s: s.of_minibatch,
    "draws_apart": lambda s: 1.0,
    "batch_size_used": lambda s: 1.0,
    "pairs_kept": lambda s: 1.0,
    "repeatable": lambda s: 1.0,
    "inputs_left_alone": lambda s: 1.0,
}
STATEMENTS = ("draws_apart", "batch_size_used", "pairs_kept", "repeatable", "inputs_left_alone")

NOT_SQUARED = (
    "This is a distance, the mean length of the difference or the root of the variance; what is asked for is the mean "
    "of its square."
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
    Mistake("not-squared", NOT_SQUARED, {"value": lambda s: np.sqrt(s.of_minibatch)}, share=0.75),
    Mistake(
        "not-squared",
        NOT_SQUARED,
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
        {"components": lambda s: s.per_example[:, :FIRST]},
    ),
    Mistake(
        "last-tensor-only",
        "Only the last tensor of the parameters is counted; the gradient has components for all of them.",
        {"components": lambda s: s.per_example[:, FIRST:]},
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
    Mistake(
        "gradients-accumulate",
        "The gradients are never set to zero between the draws, so each one contains all those before it, and the "
        "result grows with the number of draws.",
        {"of_minibatch": lambda s: np.nan, "draws_apart": lambda s: 0.0},
    ),
    Mistake(
        "generator-not-used",
        "The same generator state gives other numbers: the draws do not come from the generator that was given.",
        {"repeatable": lambda s: 0.0},
        share=0.75,
    ),
)
LABELS = {
    "variance": f"logarithm of the variance, batch size number {{step}} of {', '.join(map(str, BATCH_SIZES))} "
    "(nan: negative, or gradients pile up)",
    "draws_apart": "each draw starts from a gradient of zero (1 = yes)",
    "batch_size_used": "the batches have the size asked for (1 = yes)",
    "pairs_kept": "inputs come with their own targets (1 = yes)",
    "repeatable": "the same generator state gives the same result (1 = yes)",
    "inputs_left_alone": "data and parameters left as they were (1 = yes)",
}


def _per_example(inputs: Inputs) -> NDArray[Any]:
    """Return the gradient of each row's squared error, shape (ROWS, INPUTS)."""
    weights = np.concatenate([inputs["w"], inputs["v"]])
    return _slopes(inputs["x"] @ weights - inputs["y"], inputs["x"])


def _slopes(residuals: NDArray[Any], x: NDArray[Any]) -> NDArray[Any]:
    gradients: NDArray[Any] = 2 * residuals[:, None] * x
    return gradients


def simulate(program: Rule) -> Simulate:
    """Return what chance leaves of `program`: its expectation for each batch size."""

    def arrays(inputs: Inputs) -> Outputs:
        given = {"per_example": _per_example(inputs), "rows": ROWS, "draws": int(inputs["num_draws"])}
        states = [perform(program, **given, size=size) for size in BATCH_SIZES]
        variances = np.array([s.value for s in states], dtype=np.float64)
        return {"variance": np.log(variances), **{name: np.array(getattr(states[0], name)) for name in STATEMENTS}}

    return arrays


def _separates(inputs: Inputs) -> bool:
    """Say whether any two results that have different names differ by more than chance can explain."""
    changed = [m for m in MISTAKES if m.formulas.keys() & PART and not m.formulas.keys() & {*STATEMENTS}]
    ids = np.array(["", *(mistake.id for mistake in changed)])
    values = [simulate(program)(inputs) for program in (PROGRAM, *({**PROGRAM, **m.formulas} for m in changed))]
    logs = np.stack([value["variance"] for value in values])
    apart = np.abs(logs[:, None] - logs).max(axis=2)
    return bool(apart[ids[:, None] != ids].min() > APART)


def _steady(inputs: Inputs) -> bool:
    """Say whether a mean over the draws of single examples is known well enough."""
    gradients = _per_example(inputs)
    squares = ((gradients - gradients.mean(axis=0)) ** 2).sum(axis=1)
    return bool(squares.std() < STEADY * squares.mean())


PART = {"components", "finite", "of_minibatch", "value"}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw rows, a model and its residuals, until the mistakes are far from each other.

    The residuals are chosen and the targets follow: of similar sizes, and more often of one sign on one side, so that
    the gradient of the whole set is not zero.
    """
    while True:
        x, weights = rng.uniform(-1, 1, size=(ROWS, INPUTS)), rng.normal(size=INPUTS)
        signs = np.sign(x @ rng.normal(size=INPUTS) + rng.normal(size=ROWS))
        residuals = signs * rng.uniform(0.8, 1.2, ROWS)
        residuals *= np.sqrt(np.exp(rng.uniform(*LEVELS)) / _spread(_slopes(residuals, x)))
        inputs = {
            "x": x,
            "y": x @ weights - residuals,
            "w": weights[:FIRST],
            "v": weights[FIRST:],
            "num_draws": np.array(DRAWS),
            "seed": np.array(rng.integers(2**31)),
        }
        if _steady(inputs) and _separates(inputs):
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
            rtol=0.05,
        ),
    ),
)
