"""The answer to `rmsprop`: s = beta s + (1 - beta) g^2, w -= lr g / sqrt(s + 1e-7)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from autograder.kits.optimizer_by_rule import optimizer_answer
from autograder.kits.rmsprop_rule import MISTAKES, OUTSIDE, RULE
from autograder.kits.rules import Mistake, together

__all__ = ["ANSWER"]

SMALLER_EPSILON = Mistake(
    "epsilon-1e-8",
    "epsilon is 1e-8, the value of torch; the text takes 1e-7.",
    {"e": lambda s: 1e-8},
    share=1.0,
)
OWN_MISTAKES = (
    Mistake(
        "bias-corrected",
        "The mean of squares is divided by 1 - beta^t before it is used: a bias correction, which this update does not "
        "have.",
        {"root": lambda s: np.sqrt(s.s / (1 - s.beta**s.t) + s.e)},
        pairs=False,
    ),
    Mistake(
        "starts-at-one",
        "The mean of squares starts at one; that of the text starts at zero.",
        {"s": lambda s: s.beta * (1.0 if s.t == 1 else s.kept) + (1 - s.beta) * s.used**2},
        pairs=False,
    ),
    Mistake(
        "shared-state",
        "All parameters share one mean of squares: what one parameter leaves in it is taken up by the next.",
        {"old": lambda s: s.last.kept, "s": lambda s: s.beta * s.last.kept + (1 - s.beta) * s.used**2},
    ),
)


def _hyperparameters(rng: np.random.Generator) -> Mapping[str, float]:
    """Draw values at which no two mistakes coincide: beta far from 1/2."""
    return {"lr": rng.uniform(0.04, 0.1), "beta": rng.uniform(0.7, 0.85)}


ANSWER = optimizer_answer(
    "rmsprop",
    "RMSPropOptimizer",
    RULE,
    (*MISTAKES, *OWN_MISTAKES),
    variants=(OUTSIDE, SMALLER_EPSILON),
    crossed=(OUTSIDE, SMALLER_EPSILON, together(OUTSIDE, SMALLER_EPSILON)),
    start={"kept": 0.0, "epsilon": 1e-7},
    defaults={"lr": 0.01, "beta": 0.9},
    hyperparameters=_hyperparameters,
    reread="section 2.5, the two lines of the RMSProp update",
)
