"""What is right and wrong in `rmsprop_update`: s = alpha s + (1 - alpha) g^2, w -= lr g / sqrt(s + epsilon)."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.edit import edit
from autograder.kits.rmsprop_mistakes import EPSILON_OUTSIDE, rmsprop_mistakes
from autograder.kits.softmax_update import gradient_mistakes, update_answer

__all__ = ["ANSWER"]

STEP = "parameter.sub_(lr * parameter.grad / torch.sqrt(square + epsilon))"
EPSILON_IGNORED = tuple(
    edit(
        "epsilon-ignored",
        "The argument epsilon has no effect: it is missing from the root, or a constant is used instead.",
        {"square + epsilon": f"square + {constant}"},
        pairs=False,
    )
    for constant in ("1e-8", "1e-7", "0")
)


def _squares(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw a mean of squares: never negative, one entry zero."""
    squares = rng.uniform(0.002, 0.02, size=shape)
    squares.flat[0] = 0.0
    return squares


ANSWER = update_answer(
    "rmsprop_update",
    (*rmsprop_mistakes(decay="alpha", rate="lr"), *EPSILON_IGNORED, *gradient_mistakes(STEP)),
    state="grad_sq",
    conventions=(EPSILON_OUTSIDE,),
    # An epsilon that can be seen beside the squares.
    options={"lr": (0.04, 0.1), "alpha": (0.65, 0.75), "epsilon": (0.002, 0.004)},
    fresh_state=_squares,
    reread="section 2.5, the two lines of the RMSProp update",
    words={"square": "mean of squares"},
)
