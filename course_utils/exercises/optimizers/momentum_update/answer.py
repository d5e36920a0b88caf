"""The answer to `momentum_update`: the heavy ball, v = beta v - lr g, w += v."""

from __future__ import annotations

import numpy as np

from autograder.kits.rules import Mistake, Rule
from autograder.kits.softmax_update import GRADIENT_MISTAKES, fresh_model, update_answer
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

RULE: Rule = {
    "used": lambda s: s.g,
    "old": lambda s: s.v,
    "new": lambda s: s.beta * s.v - s.lr * s.used,
    "v": lambda s: s.new,
    "w": lambda s: s.w + s.new,
}

MISTAKES = (
    Mistake(
        "ascent",
        "The gradient enters with a plus: movement and weights go uphill.",
        {"new": lambda s: s.beta * s.v + s.lr * s.used},
    ),
    Mistake(
        "sign-mixed",
        "The movement already contains the minus sign, and is then subtracted: the two cancel and the weights climb.",
        {"w": lambda s: s.w - s.new},
    ),
    Mistake(
        "learning-rate-ignored",
        "The steps do not depend on the learning rate.",
        {"new": lambda s: s.beta * s.v - s.used},
    ),
    Mistake(
        "ema-form",
        "The gradient enters with weight 1 - beta: that is the moving average of section 2.2; the heavy ball gives "
        "it weight 1.",
        {"new": lambda s: s.beta * s.v - (1 - s.beta) * s.lr * s.used},
    ),
    Mistake(
        "beta-on-wrong-term",
        "beta weighs the new gradient instead of the old movement.",
        {"new": lambda s: s.v - s.beta * s.lr * s.used},
    ),
    Mistake(
        "stale-velocity",
        "The weights move by the movement from before this gradient was taken in.",
        {"w": lambda s: s.w + s.old},
    ),
    Mistake(
        "velocity-not-kept",
        "The new movement is used, but not kept: grad_vel is the same after the call as before, so every step starts "
        "from the same movement.",
        {"v": lambda s: s.old},
    ),
    Mistake(
        "velocity-overwritten",
        "The movement is the last gradient step only: the old movement is forgotten.",
        {"new": lambda s: -s.lr * s.used},
    ),
    Mistake(
        "learning-rate-twice",
        "The learning rate is applied inside the movement and once more in the step.",
        {"w": lambda s: s.w + s.lr * s.new},
    ),
    Mistake(
        "velocity-in-gradient-units",
        "grad_vel is treated as a sum of gradients, with the minus sign and the learning rate in the step, as torch "
        "does it. In the text it is a movement and has both inside, so a movement that is there already counts "
        "differently.",
        {"new": lambda s: s.beta * s.v + s.used, "w": lambda s: s.w - s.lr * s.new},
        share=0.75,
    ),
    # Before the pairs, where ascent and sign-mixed together give the same values and say something else.
    Mistake(
        "velocity-sign-reversed",
        "grad_vel has the opposite sign: it holds the way downhill as something to subtract. From rest the weights "
        "move as they should. In the text grad_vel is the movement itself, which is added, so a movement that is there "
        "already is taken backwards, and what is left in grad_vel points uphill.",
        {"new": lambda s: s.beta * s.v + s.lr * s.used, "w": lambda s: s.w - s.new},
        share=0.75,
    ),
    Mistake(
        "average-in-gradient-units",
        "This is the moving average of section 2.2: grad_vel averages gradients with weight 1 - beta, and the step "
        "multiplies it by the learning rate. Here grad_vel is the movement of the heavy ball, with the minus sign and "
        "the learning rate inside, and the gradient enters with weight 1.",
        {"new": lambda s: s.beta * s.v + (1 - s.beta) * s.used, "w": lambda s: s.w - s.lr * s.new},
    ),
)


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw a model in motion: movements that are not zero, beta neither 1/2 nor 1 - lr."""
    model = fresh_model(rng)
    moving = {f"state_{name}": rng.normal(scale=0.1, size=model[name].shape) for name in ("weight", "bias")}
    options = {"lr": np.array(rng.uniform(0.2, 0.4)), "beta": np.array(rng.uniform(0.65, 0.75))}
    return {**model, **moving, **options}


ANSWER = update_answer(
    "momentum_update",
    RULE,
    (*MISTAKES, *GRADIENT_MISTAKES),
    state="v",
    renamed={},
    defaults={"lr": 1e-3, "beta": 0.8},
    generate=_generate,
    reread="section 2.2, the two lines of the heavy ball",
)
