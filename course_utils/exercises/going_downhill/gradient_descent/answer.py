"""The answer to `gradient_descent`: both coordinates move against the gradient of the same point."""

from __future__ import annotations

from autograder.kits.descent_runs import MISTAKES, descent_answer, fresh_runs
from autograder.kits.rules import Mistake

__all__ = ["ANSWER"]

OWN = (
    Mistake(
        "learning-rate-ignored",
        "The steps do not depend on step_size: each is as long as the gradient.",
        {"rate": lambda s: 1.0},
    ),
    Mistake(
        "step-size-divided",
        "step_size is spread over the steps: each update uses step_size / steps.",
        {"rate": lambda s: s.step_size / s.steps},
    ),
)

ANSWER = descent_answer(
    "gradient_descent",
    (*MISTAKES, *OWN),
    lambda rng: fresh_runs(rng, (None, None, None)),
    "section 1.5, the update of gradient descent",
)
