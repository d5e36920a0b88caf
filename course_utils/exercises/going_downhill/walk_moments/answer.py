"""What is right and wrong in `walk_moments`: mean and variance of a sum of independent two-valued steps."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import edit
from autograder.catalogue.ways import solution_part
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

WALKS = 3
BEGIN = "step_mean ="
VARIANCE = "num_steps * step_variance"

MISTAKES = (
    edit(
        "probabilities-swapped",
        "p_good and 1 - p_good have changed places: the good step comes with probability p_good.",
        {BEGIN: f"p_good = 1 - p_good\n{BEGIN}"},
    ),
    edit(
        "arguments-ignored",
        "The result is the one for the default steps and probability, whatever arguments the function is given.",
        {BEGIN: f"p_good, good, bad = 0.75, -10.0, 20.0\n{BEGIN}"},
    ),
    edit(
        "number-of-steps-ignored",
        "The result does not depend on num_steps: it is the one for 100 steps.",
        {"return": "num_steps = 100\nreturn"},
    ),
    edit(
        "mean-of-one-step",
        "The mean is that of a single step, not of the whole walk.",
        {"num_steps * step_mean": "step_mean"},
    ),
    edit(
        "mean-unweighted",
        "The two steps enter the mean with equal weights instead of their probabilities.",
        {"p_good * good + (1 - p_good) * bad": "(good + bad) / 2"},
    ),
    edit(
        "variance-of-one-step",
        "The variance is that of a single step, not of the whole walk.",
        {VARIANCE: "step_variance"},
    ),
    edit(
        "steps-not-independent",
        "The variance grows with the square of the number of steps: that is one step made n times as long, not a sum "
        "of n independent steps.",
        {VARIANCE: "num_steps**2 * step_variance"},
    ),
    edit(
        "mean-not-subtracted",
        "The second moment is taken for the variance: the square of the mean of a step is not subtracted.",
        {" - step_mean**2": ""},
    ),
    edit(
        "mean-subtracted-once",
        "The squared mean of one step is subtracted once from the second moments of all steps. First find the variance "
        "of one step; the steps are independent, so these variances add.",
        {" - step_mean**2": "", VARIANCE: f"{VARIANCE} - step_mean**2"},
    ),
    edit(
        "mean-of-walk-subtracted",
        "The squared mean of the whole walk is subtracted from a sum of second moments of single steps: the two belong "
        "to different variables.",
        {" - step_mean**2": "", VARIANCE: f"{VARIANCE} - (num_steps * step_mean) ** 2"},
    ),
    edit(
        "standard-deviation",
        "The second value is the standard deviation, the root of what is asked for.",
        {VARIANCE: f"({VARIANCE}) ** 0.5"},
    ),
    edit(
        "sample-variance",
        "The variance is that of an estimate from a sample, with n - 1: here the probabilities are known.",
        {VARIANCE: "(num_steps - 1) * step_variance"},
    ),
)


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw walks whose probability is far from one half and from the default."""
    return {
        "num_steps": rng.integers(5, 60, size=WALKS),
        "p_good": rng.uniform(0.55, 0.7, size=WALKS),
        "good": rng.uniform(-9.0, -2.0, size=WALKS),
        "bad": rng.uniform(3.0, 15.0, size=WALKS),
        "num_steps_by_default": np.array(rng.integers(110, 200)),
    }


PART = solution_part(
    "walk_moments",
    "walk_moments",
    MISTAKES,
    labels={"mean": Label("mean", "walk", link="of"), "variance": Label("variance", "walk", link="of")},
    reread="section 1.1, the mean and the variance of a sum",
    words={"num_steps": "number of steps", "p_good": "p_good"},
    baselines=lambda inputs: {name: np.zeros(WALKS + 1) for name in ("mean", "variance")},
)

ANSWER = Answer("walk_moments", _generate, (PART,))
