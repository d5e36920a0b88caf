"""The answer to `rmsprop_update`: s = alpha s + (1 - alpha) g^2, w -= lr g / sqrt(s + epsilon)."""

from __future__ import annotations

import numpy as np

from autograder.kits.rmsprop_rule import MISTAKES, OUTSIDE, RULE
from autograder.kits.rules import Mistake
from autograder.kits.softmax_update import GRADIENT_MISTAKES, fresh_model, update_answer
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]


def _epsilon_ignored(constant: float) -> Mistake:
    return Mistake(
        "epsilon-ignored",
        "The argument epsilon has no effect: it is missing from the root, or a constant stands in its place.",
        {"e": lambda s: constant},
        pairs=False,
    )


EPSILON_IGNORED = tuple(_epsilon_ignored(constant) for constant in (1e-8, 1e-7, 0.0))


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw a model with a history of squares: never negative, one entry zero; an epsilon that can be seen."""
    model = fresh_model(rng)
    squares = {}
    for name in ("weight", "bias"):
        squares[f"state_{name}"] = rng.uniform(0.002, 0.02, size=model[name].shape)
        squares[f"state_{name}"].flat[0] = 0.0
    options = {"lr": rng.uniform(0.04, 0.1), "alpha": rng.uniform(0.65, 0.75), "epsilon": rng.uniform(0.002, 0.004)}
    return {**model, **squares, **{name: np.array(value) for name, value in options.items()}}


ANSWER = update_answer(
    "rmsprop_update",
    RULE,
    (*(mistake for mistake in MISTAKES if mistake.id != "no-epsilon"), *EPSILON_IGNORED, *GRADIENT_MISTAKES),
    variants=(OUTSIDE,),
    state="kept",
    renamed={"alpha": "beta"},
    defaults={"lr": 1e-3, "alpha": 0.8, "epsilon": 1e-8},
    generate=_generate,
    reread="section 2.5, the two lines of the RMSProp update",
)
