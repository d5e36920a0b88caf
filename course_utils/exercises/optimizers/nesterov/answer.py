"""What is right and wrong in `nesterov`: v = mu v + g, w -= lr (g + mu v), with the new v."""

from __future__ import annotations

from autograder.catalogue.edit import edit
from autograder.kits.optimizer import optimizer_answer, sharing

__all__ = ["ANSWER"]

VELOCITY = "velocity.mul_(self.mu).add_(parameter.grad)"
AHEAD = "(parameter.grad + self.mu * velocity)"

MISTAKES = (
    edit(
        "plain-sgd",
        "There is no momentum: the weights move by the learning rate times the gradient alone. That is plain gradient "
        "descent.",
        {AHEAD: "parameter.grad"},
        pairs=False,
    ),
    edit(
        "ascent",
        "The weights move uphill: the update adds where it should subtract.",
        {"parameter.sub_(": "parameter.add_("},
    ),
    edit(
        "learning-rate-ignored",
        "The steps do not depend on the learning rate.",
        {"self.lr * (": "("},
        pairs=False,  # with the rate twice it is right: once, inside the velocity
    ),
    # The two ways to come to it are one: g + mu v with the old v is the new v.
    edit(
        "heavy-ball",
        "That is the heavy ball. Nesterov looks ahead with the new velocity; with the old one, g + mu v is the new "
        "velocity itself.",
        {AHEAD: "velocity"},
    ),
    edit(
        "no-mu-in-look-ahead",
        "The look-ahead takes the whole new velocity; only mu times it will be left at the next step.",
        {"self.mu * velocity": "velocity"},
    ),
    edit(
        "gradient-missing",
        "Only mu v moves the weights; the gradient itself is missing from the step.",
        {"parameter.grad + self": "self"},
    ),
    edit(
        "stale-velocity",
        "The step uses only the velocity from before this gradient was taken in.",
        {VELOCITY: f"old = velocity.clone()\n{VELOCITY}", AHEAD: "old"},
    ),
    edit(
        "old-velocity-not-subtracted",
        "Of the look-ahead form only (1 + mu) v is taken; the part of the old velocity, which was already walked, is "
        "not taken back.",
        {AHEAD: "(1 + self.mu) * velocity"},
    ),
    edit(
        "ema-form",
        "The gradient is weighed with 1 - mu, in the velocity and in the step; the text gives it weight 1, so every "
        "step is 1 - mu times as long as it should be.",
        {"add_(parameter": "add_((1 - self.mu) * parameter", "(parameter.grad +": "((1 - self.mu) * parameter.grad +"},
    ),
    edit(
        "one-minus-mu-in-velocity",
        "The gradient enters the velocity with weight 1 - mu; the text gives it weight 1.",
        {"add_(parameter": "add_((1 - self.mu) * parameter"},
    ),
    edit(
        "mu-on-wrong-term",
        "mu weighs the new gradient instead of the old velocity.",
        {"velocity.mul_(self.mu).add_(parameter": "velocity.mul_(1).add_(self.mu * parameter"},
    ),
    edit(
        "velocity-not-kept",
        "Nothing of earlier steps enters a step: the weights move as if the velocity were zero before each of them.",
        {"mul_(self.mu)": "mul_(0)"},
    ),
    edit(
        "learning-rate-twice",
        "The learning rate is applied inside the velocity and once more in the step.",
        {"add_(parameter": "add_(self.lr * parameter"},
    ),
    edit(
        "learning-rate-on-gradient-only",
        "In the step the learning rate multiplies the gradient only; mu times the velocity moves the weights at full "
        "length.",
        {"self.lr * (parameter.grad + self.mu * velocity)": "self.lr * parameter.grad + self.mu * velocity"},
    ),
    edit(
        "sign-mixed",
        "Two conventions are mixed: a velocity that already has the minus sign and the rate inside is subtracted.",
        {"add_(parameter.grad)": "sub_(self.lr * parameter.grad)", AHEAD: "parameter.grad + self.mu * velocity"},
    ),
    edit(
        "shared-state",
        "All parameters share one velocity: each parameter continues with the value that the parameter before it left.",
        sharing("velocities"),
    ),
)

ANSWER = optimizer_answer(
    "nesterov",
    MISTAKES,
    hyperparameters={"lr": (0.04, 0.1), "mu": (0.7, 0.85)},
    reread="section 2.4, the two lines of the update with look-ahead",
)
