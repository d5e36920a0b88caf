"""What the two RMSProp exercises share: s = beta s + (1 - beta) g^2, w -= lr g / sqrt(s + epsilon), and its mistakes.

The state calls the decay rate `beta`, the mean of squares `s`, what is kept of it for the next step `kept`, and the
gradient that is used `used`.
"""

from __future__ import annotations

import numpy as np

from autograder.kits.rules import Mistake, Rule

__all__ = ["MISTAKES", "OUTSIDE", "RULE"]

RULE: Rule = {
    "used": lambda s: s.g,
    "old": lambda s: s.kept,
    "s": lambda s: s.beta * s.kept + (1 - s.beta) * s.used**2,
    "kept": lambda s: s.s,
    "e": lambda s: s.epsilon,
    "root": lambda s: np.sqrt(s.s + s.e),
    "w": lambda s: s.w - s.lr * s.used / s.root,
}

OUTSIDE = Mistake(
    "epsilon-outside",
    "epsilon stands outside the root here, as in torch; the text puts it inside, where it keeps the denominator "
    "above sqrt(epsilon).",
    {"root": lambda s: np.sqrt(s.s) + s.e},
    share=1.0,
)

MISTAKES = (
    Mistake(
        "ascent",
        "The weights move with the gradient, uphill: the update adds where it should subtract.",
        {"w": lambda s: s.w + s.lr * s.used / s.root},
    ),
    Mistake(
        "learning-rate-ignored",
        "The steps do not depend on the learning rate.",
        {"w": lambda s: s.w - s.used / s.root},
        pairs=False,
    ),
    Mistake(
        "squares-summed",
        "The squares are added up without forgetting, so the steps only ever shrink: that is AdaGrad.",
        {"s": lambda s: s.kept + s.used**2},
    ),
    Mistake(
        "no-one-minus-beta",
        "The new square enters with weight 1 instead of 1 - beta: the mean of squares comes out "
        "1/(1 - beta) times too large.",
        {"s": lambda s: s.beta * s.kept + s.used**2},
    ),
    Mistake(
        "beta-on-wrong-term",
        "beta and 1 - beta have changed places: beta weighs the new square instead of the old mean.",
        {"s": lambda s: (1 - s.beta) * s.kept + s.beta * s.used**2},
    ),
    Mistake(
        "absolute-instead-of-square",
        "The mean is taken over the size of the gradient instead of its square.",
        {"s": lambda s: s.beta * s.kept + (1 - s.beta) * np.abs(s.used)},
        pairs=False,
    ),
    Mistake(
        "gradient-not-squared",
        "The gradient enters the mean without being squared; where it is negative, the root does not exist.",
        {"s": lambda s: s.beta * s.kept + (1 - s.beta) * s.used},
        pairs=False,
    ),
    Mistake(
        "no-root",
        "The gradient is divided by the mean of squares itself: the square root is missing.",
        {"root": lambda s: s.s + s.e},
    ),
    Mistake(
        "root-stored",
        "The root is put back in place of the mean of squares, and the next step takes it for one.",
        {"s": lambda s: np.sqrt(s.beta * s.kept + (1 - s.beta) * s.used**2 + s.epsilon), "root": lambda s: s.s},
        pairs=False,
    ),
    Mistake(
        "stale-squares",
        "The step divides by the mean of squares from before this gradient was taken in.",
        {"root": lambda s: np.sqrt(s.old + s.e)},
    ),
    Mistake(
        "squares-not-kept",
        "What is known of earlier squares never changes: the new mean is used, but not kept for the next step.",
        {"kept": lambda s: s.old},
    ),
    Mistake(
        "scalar-second-moment",
        "One mean of squares serves the whole tensor; every entry needs its own.",
        {"s": lambda s: s.beta * s.kept + (1 - s.beta) * np.mean(s.used**2)},
        pairs=False,
    ),
    Mistake(
        "no-epsilon",
        "epsilon is missing: an entry whose gradient is zero, or nearly so, is divided by (nearly) zero.",
        {"e": lambda s: 0.0},
        pairs=False,
    ),
)
