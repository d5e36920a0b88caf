"""Ways to measure the noise of minibatch gradients: what chance leaves of each, its expectation, in a few fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import Alternative, Simulate
from course_utils.exercises.training_loop.gradient_noise.probe import MEASURED, NO_DRAWS, NO_NOISE

__all__ = ["CONVENTIONS", "FIRST", "MISTAKES", "STATEMENTS", "TEXT", "Deviation", "Method", "alternatives", "spread"]

# Inputs of the first of the two tensors; draws for what has no formula.
FIRST, SAMPLES = 16, 2000

Gradients = NDArray[np.float64]
Rows = NDArray[np.int64]


def spread(gradients: Gradients) -> Any:
    """Return the mean squared distance from the mean: the trace of the covariance."""
    return ((gradients - gradients.mean(axis=0)) ** 2).sum(axis=1).mean()


def _of_independent_draws(gradients: Gradients, size: int, rows: Rows) -> Any:
    return spread(gradients) / size


def _minibatches(gradients: Gradients, size: int) -> Gradients:
    return _means(gradients, np.random.default_rng(0).integers(len(gradients), size=(SAMPLES, size)))


def _means(gradients: Gradients, rows: Rows) -> Gradients:
    means: Gradients = gradients[rows].mean(axis=1)
    return means


def _expected_variance_of_lengths(gradients: Gradients, size: int, rows: Rows) -> Any:
    return np.linalg.norm(_minibatches(gradients, size), axis=1).var()


def _variance_of_lengths(gradients: Gradients, size: int, rows: Rows) -> Any:
    """Return what it is for these draws: for others it can be a fifth larger or smaller, more than is tolerated."""
    return np.linalg.norm(_means(gradients, rows), axis=1).var()


def _mean_distance(gradients: Gradients, size: int, rows: Rows) -> Any:
    return np.linalg.norm(_minibatches(gradients, size) - gradients.mean(axis=0), axis=1).mean()


def _without_replacement(gradients: Gradients, size: int, rows: Rows) -> Any:
    return spread(gradients) / size * (len(gradients) - size) / (len(gradients) - 1)


@dataclass(frozen=True)
class Method:
    """A way to measure the noise; the default is that of the text.

    Args:
        components: First and last component of the gradient that is counted, as in a slice.
        distance: `distance(gradients, size, rows)` is the expectation for one minibatch, from the gradients of all
            rows; or, where chance does more than is tolerated, what comes of `rows`, the draws that the text makes.
        scale: `scale(distance, gradients, size)` is what is returned.
        draws_apart: See the probe, like those that follow.
    """

    components: tuple[int, int | None] = (0, None)
    distance: Callable[[Gradients, int, Rows], Any] = _of_independent_draws
    scale: Callable[[Any, Gradients, int], Any] = lambda distance, gradients, size: distance
    draws_apart: float = 1.0
    batch_size_used: float = 1.0
    pairs_kept: float = 1.0
    repeatable: float = 1.0
    single_draw: float = MEASURED
    inputs_left_alone: float = 1.0

    def value(self, per_example: Gradients, size: int, rows: Rows) -> Any:
        """Return the expectation of the result for minibatches of `size` rows, or what comes of `rows`."""
        gradients = per_example[:, slice(*self.components)]
        return self.scale(self.distance(gradients, size, rows), gradients, size)


TEXT = Method()
STATEMENTS = ("draws_apart", "batch_size_used", "pairs_kept", "repeatable", "single_draw", "inputs_left_alone")


@dataclass(frozen=True)
class Deviation:
    """A mistake, or an accepted convention, as other values of some fields of a `Method`."""

    id: str
    says: str
    fields: Mapping[str, Any]
    share: float = 0.5


def alternatives(
    mistakes: Iterable[Deviation], conventions: Iterable[Deviation], simulate: Callable[[Method], Simulate]
) -> tuple[Alternative, ...]:
    """Return mistakes alone and in pairs that change different fields, then alone within a convention."""
    mistakes = tuple(mistakes)
    pairs = filter(_apart, combinations(mistakes, 2))
    within = filter(_apart, product(conventions, mistakes))
    return (
        *(_alternative((one,), TEXT, simulate) for one in mistakes),
        *(_alternative(pair, TEXT, simulate) for pair in pairs),
        *(_alternative((one,), replace(TEXT, **convention.fields), simulate) for convention, one in within),
    )


def _apart(pair: tuple[Deviation, Deviation]) -> bool:
    return not pair[0].fields.keys() & pair[1].fields.keys()


def _alternative(way: tuple[Deviation, ...], method: Method, simulate: Callable[[Method], Simulate]) -> Alternative:
    for one in way:
        method = replace(method, **one.fields)
    share = float(np.prod([one.share for one in way]))
    return Alternative(tuple(one.id for one in way), tuple(one.says for one in way), simulate(method), share)


NOT_SQUARED = (
    "This is a distance, the mean length of the difference or the root of the variance; the exercise asks for the "
    "mean of its square."
)
MISTAKES = (
    Deviation(
        "not-centred",
        "This is the mean squared length of the minibatch gradients. The gradient of the whole set is still in it: "
        "noise is what remains after it has been subtracted.",
        {"distance": lambda gradients, size, rows: (_minibatches(gradients, size) ** 2).sum(axis=1).mean()},
    ),
    Deviation(
        "without-replacement",
        "The rows are drawn without replacement: the variance is smaller, by (N - B)/(N - 1) for B of N rows, and "
        "would be zero for B = N. The text asks for independent draws.",
        {"distance": _without_replacement},
        share=0.75,
    ),
    Deviation(
        "mean-over-components",
        "The squares are averaged over the components of the gradient; the squared length is their sum.",
        {"scale": lambda distance, gradients, size: distance / gradients.shape[1]},
        share=0.75,
    ),
    Deviation("not-squared", NOT_SQUARED, {"scale": lambda distance, gradients, size: np.sqrt(distance)}, share=0.75),
    Deviation("not-squared", NOT_SQUARED, {"distance": _mean_distance}, share=0.75),
    *(
        Deviation(
            "variance-of-lengths",
            "This is the variance of the gradients' lengths. Two gradients of equal length can point to opposite "
            "sides: take the length of the difference.",
            {"distance": distance, "single_draw": single},
        )
        for distance in (_variance_of_lengths, _expected_variance_of_lengths)
        for single in (np.nan, NO_NOISE)
    ),
    Deviation(
        "first-tensor-only",
        "Only the first tensor of the parameters is counted; the gradient has components for all of them.",
        {"components": (0, FIRST)},
    ),
    Deviation(
        "last-tensor-only",
        "Only the last tensor of the parameters is counted; the gradient has components for all of them.",
        {"components": (FIRST, None)},
    ),
    Deviation(
        "one-example-at-a-time",
        "The draws are single examples, whatever the batch size: this is the variance for a batch of one.",
        {"distance": lambda gradients, size, rows: spread(gradients), "batch_size_used": 0.0},
    ),
    Deviation(
        "times-batch-size",
        "The result is multiplied by the batch size: that is the variance of a single example's gradient.",
        {"scale": lambda distance, gradients, size: distance * size},
    ),
    Deviation(
        "gradients-accumulate",
        "The gradients are never set to zero between the draws, so each one contains all those before it, and the "
        "result grows with the number of draws.",
        {"distance": lambda gradients, size, rows: np.nan, "draws_apart": 0.0},
    ),
    Deviation(
        "generator-not-used",
        "The same generator state gives other numbers: the draws do not come from the generator that was given.",
        {"repeatable": 0.0},
        share=0.75,
    ),
    Deviation(
        "centred-on-the-draws",
        "The distances are measured from the mean of the drawn gradients. The text measures them from the gradient "
        "of the whole set: then even a single draw has a distance; here it is zero.",
        {"single_draw": NO_NOISE},
        share=0.75,
    ),
    Deviation(
        "formula-instead-of-draws",
        "The result does not depend on what is drawn: it comes from the formula. The text asks to measure it on "
        "minibatches, so that the two can be compared.",
        {"single_draw": NO_DRAWS, "batch_size_used": 0.0},
        share=0.25,
    ),
    Deviation(
        "inputs-changed",
        "The parameters or the data are not what they were before the call.",
        {"inputs_left_alone": 0.0},
    ),
)
CONVENTIONS = (
    Deviation(
        "sample-variance",
        "Accepted: the sample variance, around the mean of the drawn gradients and divided by one less than their "
        "number, has the same expectation. It needs two draws; the text measures from the gradient of the whole set.",
        {"single_draw": np.nan},
        share=1.0,
    ),
    Deviation(
        "per-example-gradients",
        "Accepted: the gradient of a minibatch as the mean of those of its examples, one call of loss_fn for each. One "
        "call for the whole minibatch gives the same and is faster.",
        {"batch_size_used": 0.0},
        share=1.0,
    ),
)
