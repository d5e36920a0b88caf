"""The answer to `adamw`: w (1 - lr weight_decay), then the step of Adam with gradients that know nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from autograder.kits.adam_rule import EPSILON_MISTAKES, EPSILON_VARIANTS, MISTAKES, STATE_MISTAKES
from autograder.kits.adam_rule import RULE as ADAM
from autograder.kits.optimizer_by_rule import optimizer_answer
from autograder.kits.rules import Mistake, Rule, together
from course_utils.exercises.optimizers.adam.answer import OUTSIDE, SMALLER_EPSILON, draw_adam_hyperparameters

__all__ = ["ANSWER"]

RULE: Rule = {
    "g": lambda s: s.g,
    **ADAM,
    "base": lambda s: s.w * (1 - s.lr * s.weight_decay),
}

DECAY_MISTAKES = (
    Mistake(
        "l2-in-gradient",
        "The decay is added to the gradient, so it goes through both moments and is divided by the root: that is "
        "Adam with an L2 penalty, and weights with large gradients hardly decay.",
        {"g": lambda s: s.g + s.weight_decay * s.w, "base": lambda s: s.w},
    ),
    Mistake(
        "no-decay",
        "The weights do not decay at all: that is Adam.",
        {"base": lambda s: s.w},
    ),
    Mistake(
        "decay-without-learning-rate",
        "The decay is not multiplied by the learning rate, so it stays as strong when the rate is lowered.",
        {"base": lambda s: s.w * (1 - s.weight_decay)},
    ),
    Mistake(
        "decay-after-step",
        "The decay is applied to the weights after the step of Adam instead of before it.",
        {"base": lambda s: s.w, "w": lambda s: (s.base - s.lr * s.m / s.c1 / s.root) * (1 - s.lr * s.weight_decay)},
    ),
    Mistake(
        "decay-grows",
        "The weights grow: the decay has the wrong sign.",
        {"base": lambda s: s.w * (1 + s.lr * s.weight_decay)},
    ),
    Mistake(
        "decay-divided-by-root",
        "The decay is added to the first moment and divided by the root with it; it belongs outside of the division.",
        {"base": lambda s: s.w, "w": lambda s: s.base - s.lr * (s.m / s.c1 + s.weight_decay * s.w) / s.root},
    ),
    Mistake(
        "decayed-twice",
        "The weights decay twice: once outside of the moments, as they should, and once through the gradient.",
        {"g": lambda s: s.g + s.weight_decay * s.w},
    ),
    Mistake(
        "vectors-not-decayed",
        "Tensors with one dimension are left out of the decay; the text decays every parameter it is given.",
        {"base": lambda s: s.w * (1 - s.lr * s.weight_decay) if s.w.ndim > 1 else s.w},
    ),
)


def _fixed_betas(beta1: float, beta2: float) -> Mistake:
    return Mistake(
        "betas-not-passed-on",
        f"The betas that are given have no effect: the averages use {beta1} and {beta2}, whatever is asked for. Where "
        "an Adam is made inside, it has to be given both.",
        {
            "m": lambda s: beta1 * s.m + (1 - beta1) * s.g,
            "v": lambda s: beta2 * s.v + (1 - beta2) * s.g**2,
            "c1": lambda s: 1 - beta1**s.k,
            "c2": lambda s: 1 - beta2**s.k,
        },
    )


# The defaults of Adam in the text, and those of AdamW.
BETA_MISTAKES = (_fixed_betas(0.9, 0.99), _fixed_betas(0.9, 0.999))


def _hyperparameters(rng: np.random.Generator) -> Mapping[str, float]:
    return {**draw_adam_hyperparameters(rng), "weight_decay": rng.uniform(0.2, 0.4)}


# Of the mistakes of Adam, these are looked for together with one about the decay.
FREQUENT = {"no-bias-correction", "exponent-too-large", "t-frozen", "t-per-parameter", "ascent"}
ADAM_MISTAKES = tuple(
    replace(mistake, pairs=mistake.id in FREQUENT) for mistake in (*MISTAKES, *STATE_MISTAKES, *EPSILON_MISTAKES)
)

ANSWER = optimizer_answer(
    "adamw",
    "AdamWOptimizer",
    RULE,
    (*DECAY_MISTAKES, *BETA_MISTAKES, *ADAM_MISTAKES),
    variants=(*EPSILON_VARIANTS, SMALLER_EPSILON),
    crossed=(OUTSIDE, together(OUTSIDE, SMALLER_EPSILON)),
    start={"m": 0.0, "v": 0.0, "epsilon": 1e-7},
    defaults={"lr": 0.01, "beta1": 0.9, "beta2": 0.999, "weight_decay": 0.01},
    hyperparameters=_hyperparameters,
    reread="section 2.6, the decoupled decay",
)
