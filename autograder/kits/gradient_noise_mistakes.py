"""The variance of minibatch gradients as named steps, with the mistakes and the accepted conventions."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.kits.rules import Mistake, Rule
from course_utils.exercises.training_loop.gradient_noise.probe import MEASURED, NO_DRAWS, NO_NOISE

__all__ = ["FIRST", "MISTAKES", "PROGRAM", "STATEMENTS", "VARIANTS", "spread"]

# Inputs of the first of the two tensors; draws for what has no formula.
FIRST, SAMPLES = 16, 2000


def spread(gradients: NDArray[Any]) -> Any:
    """Return the mean squared distance from the mean: the trace of the covariance."""
    return ((gradients - gradients.mean(axis=0)) ** 2).sum(axis=1).mean()


def _minibatch_gradients(s: SimpleNamespace) -> NDArray[Any]:
    rows = np.random.default_rng(0).integers(len(s.per_example), size=(SAMPLES, s.size))
    means: NDArray[Any] = s.per_example[rows].mean(axis=1)
    return means


PROGRAM: Rule = {
    "components": lambda s: s.per_example,
    "variance": lambda s: spread(s.components),
    "finite": lambda s: 1.0,
    "of_minibatch": lambda s: s.variance / s.size * s.finite,
    "value": lambda s: s.of_minibatch,
    "draws_apart": lambda s: 1.0,
    "batch_size_used": lambda s: 1.0,
    "pairs_kept": lambda s: 1.0,
    "repeatable": lambda s: 1.0,
    "single_draw": lambda s: MEASURED,
    "inputs_left_alone": lambda s: 1.0,
}
STATEMENTS = ("draws_apart", "batch_size_used", "pairs_kept", "repeatable", "single_draw", "inputs_left_alone")

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
    *(
        Mistake(
            "variance-of-lengths",
            "This is the variance of the gradients' lengths. Two gradients of equal length can point to opposite "
            "sides: take the length of the difference.",
            {"of_minibatch": lambda s: np.linalg.norm(_minibatch_gradients(s), axis=1).var(), "single_draw": single},
        )
        for single in (lambda s: np.nan, lambda s: NO_NOISE)
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
    Mistake(
        "centred-on-the-draws",
        "The distances are measured from the mean of the drawn gradients. The text measures them from the gradient of "
        "the whole set: then a single draw has a distance, too, which here is zero.",
        {"single_draw": lambda s: NO_NOISE},
        share=0.75,
    ),
    Mistake(
        "formula-instead-of-draws",
        "The result does not depend on what is drawn: it comes from the formula. The text asks to measure it on "
        "minibatches, so that the two can be compared.",
        {"single_draw": lambda s: NO_DRAWS, "batch_size_used": lambda s: 0.0},
        share=0.25,
    ),
    Mistake(
        "inputs-changed",
        "The parameters or the data are not what they were before the call.",
        {"inputs_left_alone": lambda s: 0.0},
    ),
)
VARIANTS = (
    Mistake(
        "sample-variance",
        "Accepted: the sample variance, around the mean of the drawn gradients and divided by one less than their "
        "number, has the same expectation. It needs two draws; the text measures from the gradient of the whole set.",
        {"single_draw": lambda s: np.nan},
        share=1.0,
    ),
    Mistake(
        "per-example-gradients",
        "Accepted: the gradient of a minibatch as the mean of those of its examples, one call of loss_fn for each. One "
        "call for the whole minibatch gives the same and is faster.",
        {"batch_size_used": lambda s: 0.0},
        share=1.0,
    ),
)
