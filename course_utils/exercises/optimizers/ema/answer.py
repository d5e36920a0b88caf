"""The answer to `ema`: m = beta m + (1 - beta) x from m = 0; corrected: m / (1 - beta^t)."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Alternative, Answer, AnswerPart, Simulate
from autograder.kits.rules import Mistake, Rule, alternatives, follow
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

VALUES = 9

RULE: Rule = {
    "old": lambda s: s.m,
    "k": lambda s: s.t,
    "m": lambda s: s.beta * s.m + (1 - s.beta) * s.g,
    "c": lambda s: 1 - s.beta**s.k if s.corrected else 1.0,
    "w": lambda s: s.m / s.c,
}

MISTAKES = (
    Mistake(
        "no-one-minus-beta",
        "A new value enters with weight 1 instead of 1 - beta: the result is a sum that grows to 1/(1 - beta) times "
        "the average.",
        {"m": lambda s: s.beta * s.m + s.g},
    ),
    Mistake(
        "beta-on-wrong-term",
        "beta and 1 - beta have changed places: beta weighs the new value instead of the old average.",
        {"m": lambda s: (1 - s.beta) * s.m + s.beta * s.g},
    ),
    Mistake(
        "starts-at-first-value",
        "The average starts at the first value; the one in the text starts at zero.",
        {"m": lambda s: s.g if s.t == 1 else s.beta * s.m + (1 - s.beta) * s.g},
    ),
    Mistake(
        "average-not-kept",
        "Each average starts again from zero: nothing is kept from one value to the next.",
        {"m": lambda s: (1 - s.beta) * s.g},
    ),
    Mistake(
        "plain-mean",
        "That is the mean of all values so far, each with the same weight; beta plays no part in it.",
        {"m": lambda s: s.m + (s.g - s.m) / s.t},
    ),
    Mistake(
        "shifted-by-one",
        "The results are one place late: each is the average from before its value was taken in.",
        {"w": lambda s: s.old / s.c},
    ),
    Mistake(
        "no-bias-correction",
        "bias_correction=True changes nothing: the averages are still too small at the start.",
        {"c": lambda s: 1.0},
    ),
    Mistake(
        "always-corrected",
        "The correction is made even where bias_correction is False.",
        {"c": lambda s: 1 - s.beta**s.k},
    ),
    Mistake(
        "flag-inverted",
        "The correction is made where bias_correction is False, and left out where it is True.",
        {"c": lambda s: 1.0 if s.corrected else 1 - s.beta**s.k},
    ),
    Mistake(
        "correction-multiplied",
        "The correction multiplies by 1 - beta^t where it should divide, so the start becomes smaller still.",
        {"c": lambda s: 1 / (1 - s.beta**s.k) if s.corrected else 1.0},
    ),
    Mistake(
        "product-for-power",
        "The correction divides by 1 - beta t, a product; the share of the start that is left is the power beta^t.",
        {"c": lambda s: 1 - s.beta * s.k if s.corrected else 1.0},
    ),
    Mistake(
        "exponent-too-small",
        "The exponent of the correction is one too small: 0 at the first value, which divides by zero.",
        {"k": lambda s: s.t - 1},
    ),
    Mistake(
        "exponent-too-large",
        "The exponent of the correction is one too large: 2 at the first value.",
        {"k": lambda s: s.t + 1},
    ),
    Mistake(
        "t-frozen",
        "The exponent of the correction stays at 1 instead of counting the values.",
        {"k": lambda s: 1},
    ),
    Mistake(
        "corrected-stored-back",
        "The corrected average is put back in place of the average itself, so the correction piles up.",
        {
            "m": lambda s: (s.beta * s.m + (1 - s.beta) * s.g) / (1 - s.beta**s.k if s.corrected else 1.0),
            "c": lambda s: 1.0,
        },
    ),
)
INPUT_CHANGED = "The averages are right, but the values that were passed in have been changed."


def _simulate(rule: Rule) -> Simulate:
    def average(inputs: Inputs, corrected: bool) -> np.ndarray:
        start = {"m": np.float64(0), "beta": np.float64(inputs["beta"]), "corrected": corrected}
        values = inputs["values"]
        (state,) = follow(rule, [np.zeros(())], lambda step, _: [values[step]], len(values), start)
        return np.array(state.history)

    def outputs(inputs: Inputs) -> Outputs:
        plain, corrected = average(inputs, False), average(inputs, True)
        return {"plain": plain, "corrected": corrected, "values_left_alone": np.array(1.0)}

    return outputs


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw values away from zero: a first value that is no typical one, beta neither 1/2 nor close to 1."""
    values = rng.uniform(1.0, 3.0, size=VALUES)
    values[0] += 2.0
    return {"values": values, "beta": np.array(rng.uniform(0.65, 0.9))}


def _input_changed(inputs: Inputs) -> Outputs:
    return {**_simulate(RULE)(inputs), "values_left_alone": np.array(0.0)}


PART = AnswerPart(
    name="ema",
    reference=_simulate(RULE),
    misconceptions=(
        *alternatives(RULE, MISTAKES, _simulate),
        Alternative(("input-changed",), (INPUT_CHANGED,), _input_changed, share=0.75),
    ),
    labels={
        "plain": "the average after step {step}",
        "corrected": "the average after step {step}, with bias_correction=True",
        "values_left_alone": "values left as they were (1 = yes)",
    },
    reread="section 2.1, the recursion and its correction",
)

ANSWER = Answer("ema", _generate, (PART,))
