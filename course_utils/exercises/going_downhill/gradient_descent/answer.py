"""What is right and wrong in `gradient_descent`: both coordinates move against the gradient of the same point."""

from __future__ import annotations

from autograder.catalogue.edit import edit
from autograder.kits.descent_runs import BEGIN, descent_answer, descent_mistakes, fresh_runs

__all__ = ["ANSWER"]

OWN = (
    edit(
        "learning-rate-ignored",
        "The steps do not depend on step_size: each is as long as the gradient.",
        {BEGIN: f"step_size = 1.0\n{BEGIN}"},
    ),
    edit(
        "step-size-divided",
        "step_size is spread over the steps: each update uses step_size / steps.",
        {BEGIN: f"step_size = step_size / steps\n{BEGIN}"},
    ),
)

ANSWER = descent_answer(
    "gradient_descent",
    (*descent_mistakes("step_size"), *OWN),
    lambda rng: fresh_runs(rng, (None, None, None)),
    "section 1.5, the update of gradient descent",
)
