"""What is right and wrong in `ema`: m = beta m + (1 - beta) x from m = 0; corrected: m / (1 - beta^t)."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import edit
from autograder.catalogue.ways import Ignored, solution_part
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

VALUES = 9
AVERAGE = "average = beta * average + (1 - beta) * value"

MISTAKES = (
    edit(
        "no-one-minus-beta",
        "A new value enters with weight 1 instead of 1 - beta: the result is a sum that grows to 1/(1 - beta) times "
        "the average.",
        {"(1 - beta) * value": "value"},
    ),
    edit(
        "beta-on-wrong-term",
        "beta and 1 - beta have changed places: beta weighs the new value instead of the old average.",
        {"beta * average + (1 - beta) * value": "(1 - beta) * average + beta * value"},
    ),
    edit(
        "starts-at-first-value",
        "The average starts at the first value; the one in the text starts at zero.",
        {"average, averages = 0.0": "average, averages = values[0]"},
    ),
    edit(
        "starts-at-first-value",
        "The first result is the first value itself; in the text the average starts at zero, before the first value.",
        {"averages = 0.0": "averages = values[0]", "if bias_correction": "if bias_correction and t > 1"},
        pairs=False,
    ),
    edit(
        "average-not-kept",
        "Nothing of earlier values enters an average: each is what it would be if the one before it were zero.",
        {"beta * average +": "0 * average +"},
    ),
    edit(
        "plain-mean",
        "This is the mean of all values so far, each with the same weight; beta is not used.",
        {AVERAGE: "average = average + (value - average) / t"},
    ),
    edit(
        "shifted-by-one",
        "The results are one place late: each is the average from before its value was taken in.",
        {AVERAGE: f"old = average\n{AVERAGE}", "average / correction": "old / correction"},
    ),
    edit(
        "no-bias-correction",
        "bias_correction=True changes nothing: the averages are still too small at the start.",
        {"1 - beta**t if bias_correction else 1": "1"},
    ),
    edit(
        "always-corrected",
        "The correction is made even where bias_correction is False.",
        {" if bias_correction else 1": ""},
    ),
    edit(
        "flag-inverted",
        "The correction is made where bias_correction is False, and left out where it is True.",
        {"if bias_correction else": "if not bias_correction else"},
    ),
    edit(
        "correction-multiplied",
        "The correction multiplies by 1 - beta^t where it should divide, so the start becomes smaller still.",
        {"average / correction": "average * correction"},
    ),
    edit(
        "product-for-power",
        "The correction divides by 1 - beta t, a product; the share of the start that is left is the power beta^t.",
        {"beta**t": "beta * t"},
    ),
    edit(
        "exponent-too-small",
        "The exponent of the correction is one too small: 0 at the first value, which divides by zero.",
        {"beta**t": "beta**(t - 1)"},
    ),
    edit(
        "exponent-too-large",
        "The exponent of the correction is one too large: 2 at the first value.",
        {"beta**t": "beta**(t + 1)"},
    ),
    edit(
        "t-frozen",
        "The exponent of the correction stays at 1 instead of counting the values.",
        {"beta**t": "beta**1"},
    ),
    edit(
        "last-correction-for-all",
        "Every average is divided by the correction of the last step; each needs the correction of the step at "
        "which it was taken.",
        {"beta**t": "beta ** len(values)"},
    ),
    edit(
        "corrected-stored-back",
        "The corrected average is put back in place of the average itself, so the correction piles up.",
        {"averages.append(average / correction)": "average = average / correction\naverages.append(average)"},
    ),
)

INPUT_CHANGED = Ignored(
    "input-changed",
    "The averages are right, but the values that were passed in have been changed.",
    "The values that were passed in have also been changed.",
    ("values_left_alone",),
    share=0.75,
)


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw values away from zero: a first value that is no typical one, beta neither 1/2 nor close to 1."""
    values = rng.uniform(1.0, 3.0, size=VALUES)
    values[0] += 2.0
    return {"values": values, "beta": np.array(rng.uniform(0.65, 0.9))}


PART = solution_part(
    "ema",
    "ema",
    MISTAKES,
    ignored=(INPUT_CHANGED,),
    labels={
        "plain": Label("the average", "step"),
        "corrected": Label("the average", "step", then="with bias_correction=True"),
        "values_left_alone": Label("values left as they were", statement=True),
    },
    reread="section 2.1, the recursion and its correction",
    words={"bias_correction": "switch bias_correction", "values": "array of values"},
)

ANSWER = Answer("ema", _generate, (PART,))
