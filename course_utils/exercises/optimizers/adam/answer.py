"""What is right and wrong in `adam`: bias-corrected means of gradients and squares, epsilon = 1e-7 inside the root."""

from __future__ import annotations

from autograder.catalogue.edit import edit
from autograder.kits.adam_mistakes import BETAS, CONVENTIONS, MISTAKES, WORDS
from autograder.kits.optimizer import optimizer_answer

__all__ = ["ANSWER"]

D2L = {"self.beta1, self.beta2 = beta1, beta2": "self.beta1, self.beta2 = 0.9, 0.999"}
FIXED = (
    edit("betas-fixed", "beta1 and beta2 are fixed at 0.9 and 0.999, whatever values are passed.", D2L),
    edit(
        "betas-fixed",
        "beta1, beta2 and epsilon are fixed at 0.9, 0.999 and 1e-6, whatever values are passed.",
        {**D2L, "torch.sqrt(size + epsilon)": "(torch.sqrt(size) + 1e-6)"},
        pairs=False,
    ),
)

ANSWER = optimizer_answer(
    "adam",
    (*MISTAKES, *FIXED),
    conventions=CONVENTIONS,
    hyperparameters={"lr": (0.04, 0.1), **BETAS},
    reread="section 2.6, the lines of the Adam update",
    words=WORDS,
)
