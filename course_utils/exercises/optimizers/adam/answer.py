"""What is right and wrong in `adam`: bias-corrected means of gradients and squares, epsilon = 1e-7 inside the root."""

from __future__ import annotations

from autograder.kits.adam_mistakes import BETAS, CONVENTIONS, MISTAKES, WORDS
from autograder.kits.optimizer import optimizer_answer

__all__ = ["ANSWER"]

ANSWER = optimizer_answer(
    "adam",
    MISTAKES,
    conventions=CONVENTIONS,
    hyperparameters={"lr": (0.04, 0.1), **BETAS},
    reread="section 2.6, the lines of the Adam update",
    words=WORDS,
)
