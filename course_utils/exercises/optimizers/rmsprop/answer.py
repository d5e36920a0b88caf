"""What is right and wrong in `rmsprop`: s = beta s + (1 - beta) g^2, w -= lr g / sqrt(s + 1e-7)."""

from __future__ import annotations

from autograder.catalogue.edit import edit
from autograder.kits.optimizer import optimizer_answer, other_epsilons, sharing
from autograder.kits.rmsprop_mistakes import EPSILON_OUTSIDE, rmsprop_mistakes

__all__ = ["ANSWER"]

MISTAKES = (
    *rmsprop_mistakes(decay="self.beta", rate="self.lr"),
    edit(
        "no-epsilon",
        "epsilon is missing: an entry whose gradient is zero, or nearly so, is divided by (nearly) zero.",
        {" + epsilon": ""},
        pairs=False,
    ),
    edit(
        "bias-corrected",
        "The mean of squares is divided by 1 - beta^t before it is used: a bias correction, which this update does not "
        "have.",
        {
            "self.squares = [": "self.t = 0\nself.squares = [",
            "for parameter, square in": "self.t += 1\nfor parameter, square in",
            "square + epsilon": "square / (1 - self.beta**self.t) + epsilon",
        },
        pairs=False,
    ),
    edit(
        "starts-at-one",
        "The mean of squares starts at one; that of the text starts at zero.",
        {"torch.zeros_like": "torch.ones_like"},
        pairs=False,
    ),
    edit(
        "shared-state",
        "All parameters share one mean of squares: each parameter continues with the value that the parameter "
        "before it left.",
        sharing("squares"),
    ),
)

ANSWER = optimizer_answer(
    "rmsprop",
    MISTAKES,
    conventions=(EPSILON_OUTSIDE, *other_epsilons("torch")),
    hyperparameters={"lr": (0.04, 0.1), "beta": (0.7, 0.85)},
    reread="section 2.5, the two lines of the RMSProp update",
    words={"square": "mean of squares", "squares": "means of squares"},
)
