"""The answer to `adam`: bias-corrected means of gradients and squares, epsilon = 1e-7 inside the root."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from autograder.kits.adam_rule import EPSILON_MISTAKES, EPSILON_VARIANTS, MISTAKES, RULE, STATE_MISTAKES
from autograder.kits.optimizer_by_rule import optimizer_answer
from autograder.kits.rules import Mistake, together

__all__ = ["ANSWER", "draw_adam_hyperparameters"]

SMALLER_EPSILON = Mistake(
    "epsilon-1e-8",
    "epsilon is 1e-8, the value of the paper and of torch; the text takes 1e-7.",
    {"e": lambda s: 1e-8},
    share=1.0,
)
OUTSIDE = EPSILON_VARIANTS[0]


def draw_adam_hyperparameters(rng: np.random.Generator) -> Mapping[str, float]:
    """Draw values at which no mistake hides: with (0.9, 0.99) a first step without any correction is right."""
    return {"lr": rng.uniform(0.04, 0.1), "beta1": rng.uniform(0.6, 0.75), "beta2": rng.uniform(0.94, 0.97)}


ANSWER = optimizer_answer(
    "adam",
    "AdamOptimizer",
    RULE,
    (*MISTAKES, *STATE_MISTAKES, *EPSILON_MISTAKES),
    variants=(*EPSILON_VARIANTS, SMALLER_EPSILON),
    crossed=(OUTSIDE, together(OUTSIDE, SMALLER_EPSILON)),
    start={"m": 0.0, "v": 0.0, "epsilon": 1e-7},
    defaults={"lr": 0.01, "beta1": 0.9, "beta2": 0.99},
    hyperparameters=draw_adam_hyperparameters,
    reread="section 2.6, the lines of the Adam update",
)
