"""What is right and wrong in `lion`: c = b1 m + (1 - b1) g, w -= lr (sign(c) + wd w), then m = b2 m + (1 - b2) g."""

from __future__ import annotations

from autograder.catalogue.edit import edit
from autograder.kits.optimizer import optimizer_answer, sharing

__all__ = ["ANSWER"]

MIXED = "self.beta1 * momentum + (1 - self.beta1) * parameter.grad"
DIRECTION = f"direction = torch.sign({MIXED})"
STEP = "parameter.sub_(self.lr * (direction + self.weight_decay * parameter))"
KEPT = "momentum.mul_(self.beta2).add_((1 - self.beta2) * parameter.grad)"
WITHOUT_DECAY = "parameter.sub_(self.lr * direction)"

MISTAKES = (
    edit(
        "ascent",
        "The weights move uphill: along the sign, not against it.",
        {"direction = torch.sign(": "direction = -torch.sign("},
    ),
    edit(
        "beta1-for-both",
        "The average that is kept is the one whose sign is taken, with beta1. The momentum that is kept has its own "
        "average, with beta2.",
        {KEPT: "momentum.mul_(self.beta1).add_((1 - self.beta1) * parameter.grad)"},
    ),
    edit(
        "betas-exchanged",
        "The two betas have changed places: beta1 belongs to the step, beta2 to the momentum that is kept.",
        {
            MIXED: "self.beta2 * momentum + (1 - self.beta2) * parameter.grad",
            KEPT: "momentum.mul_(self.beta1).add_((1 - self.beta1) * parameter.grad)",
        },
    ),
    edit(
        "momentum-first",
        "The momentum takes in the gradient before the step, so the gradient is counted twice in the sign.",
        {
            DIRECTION: f"{KEPT}\n{DIRECTION}",
            f"{STEP}\n{KEPT}": STEP,
        },
    ),
    edit(
        "sign-of-the-momentum",
        "The step takes the sign of the momentum after its update, so beta2 weighs the gradient in both. The sign "
        "belongs to another average, with beta1, in which the new gradient has more weight.",
        {DIRECTION: f"{KEPT}\ndirection = torch.sign(momentum)", f"{STEP}\n{KEPT}": STEP},
    ),
    edit(
        "sign-of-the-old-momentum",
        "The step takes the sign of the momentum before this gradient: the new gradient has no say in it.",
        {MIXED: "momentum"},
    ),
    edit(
        "sign-of-the-gradient",
        "The step takes the sign of the gradient alone: earlier gradients have no say in it.",
        {MIXED: "parameter.grad"},
    ),
    edit(
        "no-sign",
        "The step follows the average itself, so its length grows with the gradients.",
        {DIRECTION: f"direction = {MIXED}"},
    ),
    edit(
        "one-length-for-all",
        "The average is divided by its length as a whole: the step has a fixed length, its entries do not.",
        {DIRECTION: f"direction = {MIXED}\ndirection = direction / direction.norm()"},
    ),
    edit(
        "no-one-minus-beta",
        "The gradient enters the momentum with weight 1 instead of 1 - beta2, so the momentum outweighs it in the "
        "sign.",
        {KEPT: "momentum.mul_(self.beta2).add_(parameter.grad)"},
    ),
    edit(
        "no-decay",
        "The weights do not decay.",
        {"direction + self.weight_decay * parameter": "direction"},
    ),
    edit(
        "decay-without-learning-rate",
        "The decay is not multiplied by the learning rate, so it stays as strong when the rate is lowered.",
        {STEP: "parameter.sub_(self.lr * direction + self.weight_decay * parameter)"},
    ),
    edit(
        "decay-grows",
        "The weights grow: the decay has the wrong sign.",
        {"direction + self.weight_decay": "direction - self.weight_decay"},
    ),
    edit(
        "decay-after-step",
        "The decay is applied to the weights after the step of the sign instead of before it.",
        {STEP: f"{WITHOUT_DECAY}\nparameter.mul_(1 - self.lr * self.weight_decay)"},
    ),
    edit(
        "decay-in-the-sign",
        "The decay is inside of the sign, where its size has no effect: only its sign may turn the step.",
        {DIRECTION: f"direction = torch.sign({MIXED} + self.weight_decay * parameter)", STEP: WITHOUT_DECAY},
    ),
    edit(
        "decay-in-the-gradient",
        "The decay is added to the gradient, so it goes through the momentum and the sign; it belongs outside of both.",
        {
            MIXED: "self.beta1 * momentum + (1 - self.beta1) * (parameter.grad + self.weight_decay * parameter)",
            STEP: f"gradient = parameter.grad + self.weight_decay * parameter\n{WITHOUT_DECAY}",
            KEPT: "momentum.mul_(self.beta2).add_((1 - self.beta2) * gradient)",
        },
    ),
    edit(
        "shared-state",
        "All parameters share one momentum: each parameter continues with the value that the parameter before it left.",
        sharing("momenta"),
    ),
)

ANSWER = optimizer_answer(
    "lion",
    MISTAKES,
    hyperparameters={"lr": (0.04, 0.1), "beta1": (0.6, 0.7), "beta2": (0.82, 0.92), "weight_decay": (0.2, 0.4)},
    reread="section 6.2, the three lines of Lion",
    shapes={"a": (3, 4), "b": (3, 4), "c": (8,)},
    steps=10,
)
