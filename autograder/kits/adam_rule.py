"""Adam as a rule, its accepted conventions, and its mistakes; shared by the exercises that build on it.

The state calls the moments `m` and `v`, the exponent of the correction `k`, its divisors `c1` and `c2`, and
what the step starts from `base`.
"""

from __future__ import annotations

import numpy as np

from autograder.kits.rules import Mistake, Rule

__all__ = ["EPSILON_MISTAKES", "EPSILON_VARIANTS", "MISTAKES", "RULE", "STATE_MISTAKES"]

RULE: Rule = {
    "k": lambda s: s.t,
    "m": lambda s: s.beta1 * s.m + (1 - s.beta1) * s.g,
    "v": lambda s: s.beta2 * s.v + (1 - s.beta2) * s.g**2,
    "c1": lambda s: 1 - s.beta1**s.k,
    "c2": lambda s: 1 - s.beta2**s.k,
    "e": lambda s: s.epsilon,
    "root": lambda s: np.sqrt(s.v / s.c2 + s.e),
    "base": lambda s: s.w,
    "w": lambda s: s.base - s.lr * s.m / s.c1 / s.root,
}

EPSILON_VARIANTS = (
    Mistake(
        "epsilon-outside",
        "epsilon stands outside the root here, as in the paper and in torch; the text puts it inside.",
        {"root": lambda s: np.sqrt(s.v / s.c2) + s.e},
        share=1.0,
    ),
    Mistake(
        "epsilon-on-uncorrected-v",
        "epsilon is added to the root of the uncorrected second moment, as in some published solutions; the text "
        "adds it to the corrected one. The two differ where gradients are tiny.",
        {"root": lambda s: (np.sqrt(s.v) + s.e) / np.sqrt(s.c2)},
        share=1.0,
    ),
    Mistake(
        "epsilon-inside-uncorrected-v",
        "epsilon is added to the uncorrected second moment; the text adds it to the corrected one. The two differ "
        "where gradients are tiny.",
        {"root": lambda s: np.sqrt(s.v + s.e) / np.sqrt(s.c2)},
        share=1.0,
    ),
)

# Mistakes about the correction and the exponent t.
CORRECTION_MISTAKES = (
    Mistake(
        "no-bias-correction",
        "The bias correction is missing: both moments start at zero and are used as they are, so the first steps "
        "have the wrong length.",
        {"c1": lambda s: 1.0, "c2": lambda s: 1.0},
    ),
    Mistake(
        "only-first-moment-corrected",
        "Only the first moment gets its bias correction; the second one is used uncorrected.",
        {"c2": lambda s: 1.0},
    ),
    Mistake(
        "only-second-moment-corrected",
        "Only the second moment gets its bias correction; the first one is used uncorrected.",
        {"c1": lambda s: 1.0},
    ),
    Mistake(
        "correction-multiplied",
        "The correction multiplies by 1 - beta^t where it should divide, so the start becomes smaller still.",
        {"c1": lambda s: 1 / (1 - s.beta1**s.k), "c2": lambda s: 1 / (1 - s.beta2**s.k)},
        pairs=False,
    ),
    Mistake(
        "product-for-power",
        "The correction divides by 1 - beta t, a product; the share of the start that is left is the power beta^t.",
        {"c1": lambda s: 1 - s.beta1 * s.k, "c2": lambda s: 1 - s.beta2 * s.k},
        pairs=False,
    ),
    Mistake(
        "exponent-too-small",
        "The exponent of the bias correction is 0 at the first step, so the correction divides by zero and all "
        "becomes NaN: t is 1 at the first step.",
        {"k": lambda s: s.t - 1},
        pairs=False,
    ),
    Mistake(
        "exponent-too-large",
        "The exponent of the bias correction is one too large: 2 at the first step.",
        {"k": lambda s: s.t + 1},
    ),
    Mistake(
        "t-frozen",
        "The exponent of the bias correction stays at 1: the steps are not counted.",
        {"k": lambda s: 1},
    ),
    Mistake(
        "t-per-parameter",
        "One counter is raised for each parameter instead of once a step, so the second parameter is ahead of the "
        "first.",
        {"k": lambda s: s.calls},
    ),
    Mistake(
        "corrected-stored-back",
        "The corrected moments are put back in place of the moments themselves, so the correction piles up.",
        {
            "m": lambda s: (s.beta1 * s.m + (1 - s.beta1) * s.g) / (1 - s.beta1**s.k),
            "v": lambda s: (s.beta2 * s.v + (1 - s.beta2) * s.g**2) / (1 - s.beta2**s.k),
            "c1": lambda s: 1.0,
            "c2": lambda s: 1.0,
        },
        pairs=False,
    ),
    Mistake(
        "correction-betas-swapped",
        "The two betas have changed places in the bias correction.",
        {"c1": lambda s: 1 - s.beta2**s.k, "c2": lambda s: 1 - s.beta1**s.k},
        pairs=False,
    ),
)

# Mistakes about the moments and the step.
MOMENT_MISTAKES = (
    Mistake(
        "ascent",
        "The weights move uphill: the update adds where it should subtract.",
        {"w": lambda s: s.base + s.lr * s.m / s.c1 / s.root},
    ),
    Mistake(
        "learning-rate-ignored",
        "The steps do not depend on the learning rate.",
        {"w": lambda s: s.base - s.m / s.c1 / s.root},
        pairs=False,
    ),
    Mistake(
        "betas-swapped",
        "beta1 and beta2 have changed places: beta1 belongs to the mean of gradients, beta2 to that of squares.",
        {
            "m": lambda s: s.beta2 * s.m + (1 - s.beta2) * s.g,
            "v": lambda s: s.beta1 * s.v + (1 - s.beta1) * s.g**2,
            "c1": lambda s: 1 - s.beta2**s.k,
            "c2": lambda s: 1 - s.beta1**s.k,
        },
    ),
    Mistake(
        "beta1-on-wrong-term",
        "In the first moment beta1 and 1 - beta1 have changed places.",
        {"m": lambda s: (1 - s.beta1) * s.m + s.beta1 * s.g},
    ),
    Mistake(
        "beta2-on-wrong-term",
        "In the second moment beta2 and 1 - beta2 have changed places.",
        {"v": lambda s: (1 - s.beta2) * s.v + s.beta2 * s.g**2},
    ),
    Mistake(
        "no-one-minus-beta1",
        "The gradient enters the first moment with weight 1 instead of 1 - beta1.",
        {"m": lambda s: s.beta1 * s.m + s.g},
    ),
    Mistake(
        "no-one-minus-beta2",
        "The square enters the second moment with weight 1 instead of 1 - beta2.",
        {"v": lambda s: s.beta2 * s.v + s.g**2},
    ),
    Mistake(
        "squares-summed",
        "The squares are added up without forgetting, as in AdaGrad.",
        {"v": lambda s: s.v + s.g**2},
    ),
    Mistake(
        "second-moment-from-m",
        "The second moment averages the square of the first moment instead of the square of the gradient.",
        {"v": lambda s: s.beta2 * s.v + (1 - s.beta2) * s.m**2},
        pairs=False,
    ),
    Mistake(
        "absolute-instead-of-square",
        "The second moment averages the size of the gradient instead of its square.",
        {"v": lambda s: s.beta2 * s.v + (1 - s.beta2) * np.abs(s.g)},
        pairs=False,
    ),
    Mistake(
        "gradient-not-squared",
        "The gradient enters the second moment without being squared; where it is negative, the root does not exist.",
        {"v": lambda s: s.beta2 * s.v + (1 - s.beta2) * s.g},
        pairs=False,
    ),
    Mistake(
        "scalar-second-moment",
        "One second moment serves the whole tensor; every entry needs its own.",
        {"v": lambda s: s.beta2 * s.v + (1 - s.beta2) * np.mean(s.g**2)},
        pairs=False,
    ),
    Mistake(
        "no-root",
        "The step divides by the second moment itself: the square root is missing.",
        {"root": lambda s: s.v / s.c2 + s.e},
    ),
    Mistake(
        "first-moment-unused",
        "The step uses the gradient where the first moment belongs: that is RMSProp with a correction.",
        {"w": lambda s: s.base - s.lr * s.g / s.root},
        pairs=False,
    ),
)

# Mistakes about what is kept, where the student keeps it.
STATE_MISTAKES = (
    Mistake(
        "moments-not-kept",
        "The moments start again from zero at each step: nothing is kept from one step to the next.",
        {"m": lambda s: (1 - s.beta1) * s.g, "v": lambda s: (1 - s.beta2) * s.g**2},
    ),
    Mistake(
        "shared-state",
        "All parameters share one pair of moments: what one parameter leaves in them is taken up by the next.",
        {
            "m": lambda s: s.beta1 * s.last.m + (1 - s.beta1) * s.g,
            "v": lambda s: s.beta2 * s.last.v + (1 - s.beta2) * s.g**2,
        },
        pairs=False,
    ),
)

EPSILON_MISTAKES = (
    Mistake(
        "no-epsilon",
        "epsilon is missing: an entry whose gradients are all zero is divided by zero.",
        {"e": lambda s: 0.0},
        pairs=False,
    ),
)

MISTAKES = (*CORRECTION_MISTAKES, *MOMENT_MISTAKES)
