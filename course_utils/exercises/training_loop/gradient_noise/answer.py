"""What is right and wrong in `gradient_noise`: the mean squared distance of minibatch gradients from the full one.

It is tr(C) / B, with C the covariance of the gradients of single examples and B the batch size, as the draws are
independent. The reference and the mistakes are simulated, not run: what a solution returns depends on chance, and only
its expectation is exact; a solution may be off by what chance does to a mean over the draws. And a run of the probe
takes half a second.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from autograder.catalogue.answer import Answer, AnswerPart, Simulate
from course_utils.checks.labels import Label
from course_utils.exercises.training_loop.gradient_noise.answer_methods import (
    CONVENTIONS,
    FIRST,
    MISTAKES,
    STATEMENTS,
    TEXT,
    Method,
    alternatives,
    spread,
)
from course_utils.exercises.training_loop.gradient_noise.probe import BATCH_SIZES, PROBE, generator
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

ROWS, INPUTS, DRAWS = 40, 25, 200
# The reference for single examples is exp(level), a level between these two, so that the judge's tolerance, 0.05 of the
# value and of the largest one, is 13 to 30 percent of a variance, and inputs differ in what is right. In so many
# dimensions, and with residuals of similar sizes, a mean over the draws is off by at most STEADY / sqrt(DRAWS), 3.5
# percent. What is told apart differs by a factor of exp(APART).
LEVELS = (2.0, 3.0)
STEADY, APART = 0.5, 0.35
# Statements that tell a mistake apart, whatever the variances are.
TELLING = {*STATEMENTS} - {"single_draw"}

LABELS = {
    "variance": Label(
        "logarithm of the variance",
        "batch size number",
        link="for",
        then=f"of {', '.join(map(str, BATCH_SIZES))}",
        nan="negative, or gradients pile up",
    ),
    "draws_apart": Label("each draw starts from a gradient of zero", statement=True),
    "batch_size_used": Label("the batches have the size asked for", statement=True),
    "pairs_kept": Label("inputs come with their own targets", statement=True),
    "repeatable": Label("the same generator state gives the same result", statement=True),
    "single_draw": Label("noise is measured with a single draw", statement=True),
    "inputs_left_alone": Label("data and parameters left as they were", statement=True),
}


def _per_example(inputs: Inputs) -> NDArray[Any]:
    """Return the gradient of each row's squared error, shape (ROWS, INPUTS)."""
    weights = np.concatenate([inputs["w"], inputs["v"]])
    return _slopes(inputs["x"] @ weights - inputs["y"], inputs["x"])


def _slopes(residuals: NDArray[Any], x: NDArray[Any]) -> NDArray[Any]:
    gradients: NDArray[Any] = 2 * residuals[:, None] * x
    return gradients


def _drawn(inputs: Inputs, size: int) -> NDArray[Any]:
    """Return the rows of each minibatch as the text draws them, shape (num_draws, size)."""
    source, shape = generator(inputs, size), (int(inputs["num_draws"]), size)
    return torch.randint(0, len(inputs["x"]), shape, generator=source).numpy()


def simulate(method: Method) -> Simulate:
    """Return what chance leaves of a way to measure: its expectation for each batch size."""

    def arrays(inputs: Inputs) -> Outputs:
        per_example = _per_example(inputs)
        found = [method.value(per_example, size, _drawn(inputs, size)) for size in BATCH_SIZES]
        variances = np.array(found, dtype=np.float64)
        return {"variance": np.log(variances), **{name: np.array(getattr(method, name)) for name in STATEMENTS}}

    return arrays


def _separates(inputs: Inputs) -> bool:
    """Say whether any two results that have different names differ by more than chance can explain."""
    seen = [one for one in MISTAKES if one.fields.keys() - {*STATEMENTS} and not one.fields.keys() & TELLING]
    ids = np.array(["", *(one.id for one in seen)])
    values = [simulate(method)(inputs) for method in (TEXT, *(replace(TEXT, **one.fields) for one in seen))]
    logs = np.stack([value["variance"] for value in values])
    apart = np.abs(logs[:, None] - logs).max(axis=2)
    return bool(apart[ids[:, None] != ids].min() > APART)


def _steady(inputs: Inputs) -> bool:
    """Say whether a mean over the draws of single examples is known well enough."""
    gradients = _per_example(inputs)
    squares = ((gradients - gradients.mean(axis=0)) ** 2).sum(axis=1)
    return bool(squares.std() < STEADY * squares.mean())


def generate(rng: np.random.Generator) -> Inputs:
    """Draw rows, a model and its residuals, until the mistakes are far from each other.

    The residuals are chosen and the targets follow: of similar sizes, and more often of one sign on one side, so that
    the gradient of the whole set is not zero.
    """
    while True:
        x, weights = rng.uniform(-1, 1, size=(ROWS, INPUTS)), rng.normal(size=INPUTS)
        signs = np.sign(x @ rng.normal(size=INPUTS) + rng.normal(size=ROWS))
        residuals = signs * rng.uniform(0.8, 1.2, ROWS)
        residuals *= np.sqrt(np.exp(rng.uniform(*LEVELS)) / spread(_slopes(residuals, x)))
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
            reference=simulate(TEXT),
            misconceptions=alternatives(MISTAKES, CONVENTIONS, simulate),
            variants=alternatives(CONVENTIONS, (), simulate),
            labels=LABELS,
            reread="section 3.6, the variance of a mean of B independent gradients",
            rtol=0.05,
        ),
    ),
)
