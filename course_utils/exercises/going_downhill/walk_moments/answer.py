"""The answer to `walk_moments`: mean and variance of a sum of independent two-valued steps."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.catalogue.answer import Answer, AnswerPart
from autograder.kits.closed_form import simulation
from autograder.kits.rules import Mistake, Rule, alternatives
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

WALKS = 3
DEFAULTS = {"p_good": 0.75, "good": -10.0, "bad": 20.0}

RULE: Rule = {
    "n": lambda s: s.num_steps,
    "p": lambda s: s.p_good,
    "first": lambda s: s.p * s.good + (1 - s.p) * s.bad,
    "second": lambda s: s.p * s.good**2 + (1 - s.p) * s.bad**2,
    "step_variance": lambda s: s.second - s.first**2,
    "mean": lambda s: s.n * s.first,
    "variance": lambda s: s.n * s.step_variance,
}

MISTAKES = (
    Mistake(
        "probabilities-swapped",
        "p_good and 1 - p_good have changed places: the good step comes with probability p_good.",
        {"p": lambda s: 1 - s.p_good},
    ),
    Mistake(
        "arguments-ignored",
        "The result is the one for the default steps and probability, whatever arguments the function is given.",
        {
            "p": lambda s: DEFAULTS["p_good"] + 0 * s.p_good,
            "first": lambda s: s.p * DEFAULTS["good"] + (1 - s.p) * DEFAULTS["bad"],
            "second": lambda s: s.p * DEFAULTS["good"] ** 2 + (1 - s.p) * DEFAULTS["bad"] ** 2,
        },
    ),
    Mistake(
        "number-of-steps-ignored",
        "The result does not depend on num_steps: it is the one for 100 steps.",
        {"n": lambda s: 100 + 0 * s.num_steps},
    ),
    Mistake(
        "mean-of-one-step", "The mean is that of a single step, not of the whole walk.", {"mean": lambda s: s.first}
    ),
    Mistake(
        "mean-unweighted",
        "The two steps enter the mean with equal weights instead of their probabilities.",
        {"first": lambda s: (s.good + s.bad) / 2 + 0 * s.p},
    ),
    Mistake(
        "variance-of-one-step",
        "The variance is that of a single step, not of the whole walk.",
        {"variance": lambda s: s.step_variance},
    ),
    Mistake(
        "steps-not-independent",
        "The variance grows with the square of the number of steps: that is one step made n times as long, not a sum "
        "of n independent steps.",
        {"variance": lambda s: s.n**2 * s.step_variance},
    ),
    Mistake(
        "mean-not-subtracted",
        "The second moment is taken for the variance: the square of the mean of a step is not subtracted.",
        {"step_variance": lambda s: s.second},
    ),
    Mistake(
        "mean-subtracted-once",
        "The squared mean of one step is subtracted once from the second moments of all steps. First find the variance "
        "of one step; the steps are independent, so these variances add.",
        {"variance": lambda s: s.n * s.second - s.first**2},
    ),
    Mistake(
        "mean-of-walk-subtracted",
        "The squared mean of the whole walk is subtracted from a sum of second moments of single steps: the two belong "
        "to different variables.",
        {"variance": lambda s: s.n * s.second - (s.n * s.first) ** 2},
    ),
    Mistake(
        "standard-deviation",
        "The second value is the standard deviation, the root of what is asked for.",
        {"variance": lambda s: np.sqrt(s.n * s.step_variance)},
    ),
    Mistake(
        "sample-variance",
        "The variance is that of an estimate from a sample, with n - 1: here the probabilities are known.",
        {"variance": lambda s: (s.n - 1) * s.step_variance},
    ),
)


def _given(inputs: Inputs) -> Mapping[str, Any]:
    columns = {name: np.append(inputs[name], value) for name, value in DEFAULTS.items()}
    return {**columns, "num_steps": np.append(inputs["num_steps"], inputs["num_steps_by_default"]).astype(np.float64)}


def _outputs(state: SimpleNamespace) -> Outputs:
    return {"mean": state.mean, "variance": state.variance}


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw walks whose probability is far from one half and from the default."""
    return {
        "num_steps": rng.integers(5, 60, size=WALKS),
        "p_good": rng.uniform(0.55, 0.7, size=WALKS),
        "good": rng.uniform(-9.0, -2.0, size=WALKS),
        "bad": rng.uniform(3.0, 15.0, size=WALKS),
        "num_steps_by_default": np.array(rng.integers(110, 200)),
    }


_simulate = simulation(_given, _outputs)

ANSWER = Answer(
    "walk_moments",
    _generate,
    (
        AnswerPart(
            name="walk_moments",
            reference=_simulate(RULE),
            misconceptions=alternatives(RULE, MISTAKES, _simulate),
            labels={"mean": "mean of walk", "variance": "variance of walk"},
            reread="section 1.1, the mean and the variance of a sum",
            baselines=lambda inputs: {name: np.zeros(WALKS + 1) for name in ("mean", "variance")},
        ),
    ),
)
