"""The answer to `momentum`: exponential moving average of gradients, v = mu v + (1 - mu) g, w -= lr v."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from autograder.answers.optimizer_class import optimizer_answer
from autograder.answers.rules import Mistake, Rule

__all__ = ["ANSWER"]

RULE: Rule = {
    "old": lambda s: s.v,
    "v": lambda s: s.mu * s.v + (1 - s.mu) * s.g,
    "w": lambda s: s.w - s.lr * s.v,
}

MISTAKES = (
    Mistake(
        "ascent",
        "The weights move along +v, uphill: the update adds where it should subtract.",
        {"w": lambda s: s.w + s.lr * s.v},
    ),
    Mistake(
        "learning-rate-ignored",
        "The steps do not depend on the learning rate.",
        {"w": lambda s: s.w - s.v},
        pairs=False,  # with the rate twice it is right: once, inside the velocity
    ),
    Mistake(
        "no-one-minus-beta",
        "The gradient enters the velocity with weight 1 instead of 1 - mu, so the steps grow to 1/(1 - mu) times "
        "their length: that is the heavy-ball form, not the average that the text declares.",
        {"v": lambda s: s.mu * s.v + s.g},
    ),
    Mistake(
        "beta-on-wrong-term",
        "mu and 1 - mu have changed places: mu weighs the new gradient instead of the old velocity.",
        {"v": lambda s: (1 - s.mu) * s.v + s.mu * s.g},
    ),
    Mistake(
        "stale-velocity",
        "The step uses the velocity from before this gradient was taken in.",
        {"w": lambda s: s.w - s.lr * s.old},
    ),
    Mistake(
        "velocity-not-kept",
        "The velocity starts again from zero at each step: nothing is kept from one step to the next.",
        {"v": lambda s: (1 - s.mu) * s.g},
    ),
    Mistake(
        "learning-rate-twice",
        "The learning rate is applied twice: once inside the velocity and once in the step.",
        {"v": lambda s: s.mu * s.v + s.lr * (1 - s.mu) * s.g},
    ),
    Mistake(
        "sign-mixed",
        "The minus sign is inside the velocity and again in the step, so the two cancel and the weights climb.",
        {"v": lambda s: s.mu * s.v - s.lr * s.g, "w": lambda s: s.w - s.v},
    ),
    Mistake(
        "bias-corrected",
        "The velocity is divided by 1 - mu^t before it is used: a bias correction, which this update does not have.",
        {"w": lambda s: s.w - s.lr * s.v / (1 - s.mu**s.t)},
        pairs=False,
    ),
    Mistake(
        "shared-state",
        "All parameters share one velocity: what one parameter leaves in it is taken up by the next.",
        {"old": lambda s: s.last.v, "v": lambda s: s.mu * s.last.v + (1 - s.mu) * s.g},
    ),
)


def _hyperparameters(rng: np.random.Generator) -> Mapping[str, float]:
    """Draw values at which no two mistakes coincide: lr is far from 1 - mu, and mu from 1/2."""
    return {"lr": rng.uniform(0.04, 0.1), "mu": rng.uniform(0.7, 0.85)}


ANSWER = optimizer_answer(
    "momentum",
    "MomentumOptimizer",
    RULE,
    MISTAKES,
    start={"v": 0.0},
    defaults={"lr": 0.01, "mu": 0.9},
    hyperparameters=_hyperparameters,
    reread="section 2.2, the two lines of the momentum update",
)
