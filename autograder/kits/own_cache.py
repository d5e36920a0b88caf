"""A backward pass whose formulas are right, fed with what a mistaken forward pass has kept for it."""

from __future__ import annotations

import numpy as np

from autograder.kits.normalization_rule import UNBIASED
from autograder.kits.rules import Mistake, Rule

__all__ = ["OWN_CACHE"]


def _kept(what: str, formulas: Rule) -> Mistake:
    says = (
        f"The formulas of the backward pass are right, but what they are given is not: {what}. If that comes from the "
        "cache, mend the forward pass, where it is counted too."
    )
    return Mistake("right-formulas-wrong-cache", says, formulas, pairs=False)


OWN_CACHE = (
    _kept("the variance is the unbiased one", UNBIASED.formulas),
    _kept(
        "epsilon is added after the root",
        {
            "x_hat": lambda s: (s.z - s.centre) / (np.sqrt(s.spread) + s.eps),
            "scale": lambda s: np.sqrt(s.spread) + s.eps,
        },
    ),
    _kept(
        "the variance stands where its root belongs",
        {"x_hat": lambda s: (s.z - s.centre) / (s.spread + s.eps), "scale": lambda s: s.spread + s.eps},
    ),
)
