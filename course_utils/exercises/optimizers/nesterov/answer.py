"""The answer to `nesterov`: v = mu v + g, w -= lr (g + mu v), with the new v."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from autograder.kits.optimizer_by_rule import optimizer_answer
from autograder.kits.rules import Mistake, Rule

__all__ = ["ANSWER"]

RULE: Rule = {
    "old": lambda s: s.v,
    "v": lambda s: s.mu * s.v + s.g,
    "w": lambda s: s.w - s.lr * (s.g + s.mu * s.v),
}

MISTAKES = (
    Mistake(
        "ascent",
        "The weights move uphill: the update adds where it should subtract.",
        {"w": lambda s: s.w + s.lr * (s.g + s.mu * s.v)},
    ),
    Mistake(
        "learning-rate-ignored",
        "The steps do not depend on the learning rate.",
        {"w": lambda s: s.w - (s.g + s.mu * s.v)},
        pairs=False,
    ),
    # The two ways to come to it are one: g + mu v with the old v is the new v.
    Mistake(
        "heavy-ball",
        "That is the heavy ball. Nesterov looks ahead with the new velocity; with the old one, g + mu v is nothing "
        "but the new velocity itself.",
        {"w": lambda s: s.w - s.lr * s.v},
    ),
    Mistake(
        "no-mu-in-look-ahead",
        "The look-ahead takes the whole new velocity; only mu times it will be left at the next step.",
        {"w": lambda s: s.w - s.lr * (s.g + s.v)},
    ),
    Mistake(
        "gradient-missing",
        "Only mu v moves the weights; the gradient itself is missing from the step.",
        {"w": lambda s: s.w - s.lr * s.mu * s.v},
    ),
    Mistake(
        "stale-velocity",
        "The step uses only the velocity from before this gradient was taken in.",
        {"w": lambda s: s.w - s.lr * s.old},
    ),
    Mistake(
        "old-velocity-not-subtracted",
        "Of the look-ahead form only (1 + mu) v is taken; the part of the old velocity, which was already walked, is "
        "not taken back.",
        {"w": lambda s: s.w - s.lr * (1 + s.mu) * s.v},
    ),
    Mistake(
        "ema-form",
        "The gradient is weighed with 1 - mu, in the velocity and in the step; the text gives it weight 1, so every "
        "step is 1 - mu times as long as it should be.",
        {
            "v": lambda s: s.mu * s.v + (1 - s.mu) * s.g,
            "w": lambda s: s.w - s.lr * ((1 - s.mu) * s.g + s.mu * s.v),
        },
    ),
    Mistake(
        "one-minus-mu-in-velocity",
        "The gradient enters the velocity with weight 1 - mu; the text gives it weight 1.",
        {"v": lambda s: s.mu * s.v + (1 - s.mu) * s.g},
    ),
    Mistake(
        "mu-on-wrong-term",
        "mu weighs the new gradient instead of the old velocity.",
        {"v": lambda s: s.v + s.mu * s.g},
    ),
    Mistake(
        "velocity-not-kept",
        "The velocity starts again from zero at each step: nothing is kept from one step to the next.",
        {"v": lambda s: s.g},
    ),
    Mistake(
        "learning-rate-twice",
        "The learning rate is applied inside the velocity and once more in the step.",
        {"v": lambda s: s.mu * s.v + s.lr * s.g},
    ),
    Mistake(
        "sign-mixed",
        "Two conventions are mixed: a velocity that already has the minus sign and the rate inside is subtracted.",
        {"v": lambda s: s.mu * s.v - s.lr * s.g, "w": lambda s: s.w - (s.lr * s.g + s.mu * s.v)},
    ),
    Mistake(
        "shared-state",
        "All parameters share one velocity: what one parameter leaves in it is taken up by the next.",
        {"old": lambda s: s.last.v, "v": lambda s: s.mu * s.last.v + s.g},
    ),
)


def _hyperparameters(rng: np.random.Generator) -> Mapping[str, float]:
    """Draw values at which no two mistakes coincide: mu far from 1/2 and from 1, lr small."""
    return {"lr": rng.uniform(0.04, 0.1), "mu": rng.uniform(0.7, 0.85)}


ANSWER = optimizer_answer(
    "nesterov",
    "NesterovOptimizer",
    RULE,
    MISTAKES,
    start={"v": 0.0},
    defaults={"lr": 0.01, "mu": 0.9},
    hyperparameters=_hyperparameters,
    reread="section 2.4, the two lines of the update with look-ahead",
)
