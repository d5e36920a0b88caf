"""What is right and wrong in `momentum`: v = mu v + (1 - mu) g, w -= lr v."""

from __future__ import annotations

from autograder.catalogue.edit import edit
from autograder.kits.optimizer import optimizer_answer, sharing

__all__ = ["ANSWER"]

VELOCITY = "velocity.mul_(self.mu).add_((1 - self.mu) * parameter.grad)"
STEP = "parameter.sub_(self.lr * velocity)"

MISTAKES = (
    edit(
        "plain-sgd",
        "There is no momentum: the weights move by the learning rate times the gradient alone. That is plain gradient "
        "descent.",
        {STEP: "parameter.sub_(self.lr * parameter.grad)"},
        pairs=False,
    ),
    edit(
        "ascent",
        "The weights move along +v, uphill: the update adds where it should subtract.",
        {STEP: "parameter.add_(self.lr * velocity)"},
    ),
    edit(
        "learning-rate-ignored",
        "The steps do not depend on the learning rate.",
        {STEP: "parameter.sub_(velocity)"},
        pairs=False,  # with the rate twice it is right: once, inside the velocity
    ),
    edit(
        "no-one-minus-beta",
        "The gradient enters the velocity with weight 1 instead of 1 - mu, so the steps grow to 1/(1 - mu) times "
        "their length: that is the heavy-ball form, not the average that the text declares.",
        {VELOCITY: "velocity.mul_(self.mu).add_(parameter.grad)"},
    ),
    edit(
        "beta-on-wrong-term",
        "mu and 1 - mu have changed places: mu weighs the new gradient instead of the old velocity.",
        {VELOCITY: "velocity.mul_(1 - self.mu).add_(self.mu * parameter.grad)"},
    ),
    edit(
        "stale-velocity",
        "The step uses the velocity from before this gradient was taken in.",
        {VELOCITY: f"old = velocity.clone()\n{VELOCITY}", STEP: "parameter.sub_(self.lr * old)"},
    ),
    edit(
        "velocity-not-kept",
        "Nothing of earlier steps enters a step: the weights move as if the velocity were zero before each of them.",
        {VELOCITY: "velocity.mul_(0).add_((1 - self.mu) * parameter.grad)"},
    ),
    edit(
        "starts-at-first-gradient",
        "The velocity starts as the whole first gradient; in the text it starts at zero, and the first gradient enters "
        "with weight 1 - mu like every other.",
        {
            "self.velocities = [": "self.steps_taken = 0\nself.velocities = [",
            "for parameter, velocity in": "self.steps_taken += 1\nfor parameter, velocity in",
            VELOCITY: "velocity.copy_(parameter.grad) if self.steps_taken == 1 else "
            "velocity.mul_(self.mu).add_((1 - self.mu) * parameter.grad)",
        },
        pairs=False,
    ),
    edit(
        "learning-rate-twice",
        "The learning rate is applied twice: once inside the velocity and once in the step.",
        {VELOCITY: "velocity.mul_(self.mu).add_(self.lr * (1 - self.mu) * parameter.grad)"},
    ),
    edit(
        "sign-mixed",
        "The minus sign is inside the velocity and again in the step, so the two cancel and the weights climb.",
        {VELOCITY: "velocity.mul_(self.mu).sub_(self.lr * parameter.grad)", STEP: "parameter.sub_(velocity)"},
    ),
    edit(
        "bias-corrected",
        "The velocity is divided by 1 - mu^t before it is used: a bias correction, which this update does not have.",
        {
            "self.velocities = [": "self.t = 0\nself.velocities = [",
            "for parameter, velocity in": "self.t += 1\nfor parameter, velocity in",
            STEP: "parameter.sub_(self.lr * velocity / (1 - self.mu**self.t))",
        },
        pairs=False,
    ),
    edit(
        "shared-state",
        "All parameters share one velocity: each parameter continues with the value that the parameter before it left.",
        sharing("velocities"),
    ),
)

ANSWER = optimizer_answer(
    "momentum",
    MISTAKES,
    hyperparameters={"lr": (0.04, 0.1), "mu": (0.7, 0.85)},
    reread="section 2.2, the two lines of the momentum update",
)
