"""The answer to `step_size_decay`: step t, counted from 0, uses step_size * decay**t."""

from __future__ import annotations

from autograder.kits.descent_runs import MISTAKES, descent_answer, fresh_runs
from autograder.kits.rules import Mistake

__all__ = ["ANSWER"]

DECAYS = (
    Mistake(
        "compounding-decay",
        "The decay compounds: the step size that was already decayed is multiplied by decay**t again, so the powers "
        "add up, 1 + 2 + ... + t. The first two steps look right; the third is too short.",
        {"rate": lambda s: (s.step_size if s.t == 1 else s.rate) * s.decay ** (s.t - 1)},
    ),
    Mistake(
        "decay-one-step-early",
        "The first step is decayed already: step 0 uses step_size itself.",
        {"rate": lambda s: s.step_size * s.decay**s.t},
    ),
    Mistake(
        "decay-ignored",
        "The step size stays the same all the way: decay has no effect.",
        {"rate": lambda s: s.step_size},
    ),
    Mistake(
        "decay-of-last-step",
        "Every step uses step_size * decay**steps: the exponent is the number of all steps, not the current one.",
        {"rate": lambda s: s.step_size * s.decay**s.steps},
    ),
    Mistake(
        "decay-once",
        "The step size is multiplied by decay a single time; it should shrink again at every step.",
        {"rate": lambda s: s.step_size * (1.0 if s.t == 1 else s.decay)},
    ),
    Mistake(
        "decay-times-t",
        "The step size is multiplied by decay and by t; the text takes a power.",
        {"rate": lambda s: s.step_size * s.decay * (s.t - 1)},
    ),
    Mistake(
        "inverse-time-decay",
        "The step size falls as 1/(1 + decay t): another schedule than the exponential one of the text.",
        {"rate": lambda s: s.step_size / (1 + s.decay * (s.t - 1))},
    ),
    Mistake(
        "decay-divides",
        "The step size is divided by decay**t: with a decay below one it grows.",
        {"rate": lambda s: s.step_size / s.decay ** (s.t - 1)},
    ),
    Mistake(
        "one-minus-decay",
        "The step size is multiplied by 1 - decay at each step instead of by decay.",
        {"rate": lambda s: s.step_size * (1 - s.decay) ** (s.t - 1)},
    ),
    Mistake(
        "learning-rate-ignored",
        "The steps do not depend on step_size, only on decay.",
        {"rate": lambda s: s.decay ** (s.t - 1)},
    ),
)

ANSWER = descent_answer(
    "step_size_decay",
    (*DECAYS, *MISTAKES),
    lambda rng: fresh_runs(rng, ((0.55, 0.7), (0.75, 0.85), None)),
    "section 1.7, the decayed step size",
)
