"""What is right and wrong in `momentum_update`: the heavy ball, v = beta v - lr g, w += v."""

from __future__ import annotations

from autograder.catalogue.edit import edit
from autograder.kits.softmax_update import gradient_mistakes, update_answer

__all__ = ["ANSWER"]

MOVEMENT = "movement.mul_(beta).sub_(lr * parameter.grad)"
STEP = "parameter.add_(movement)"

MISTAKES = (
    edit(
        "plain-sgd",
        "There is no momentum: the weights move by the learning rate times the gradient alone, and grad_vel stays "
        "as it was. That is plain gradient descent.",
        {MOVEMENT: "pass", STEP: "parameter.sub_(lr * parameter.grad)"},
        pairs=False,
    ),
    edit(
        "ascent",
        "The gradient enters with a plus: movement and weights go uphill.",
        {".sub_(": ".add_("},
    ),
    edit(
        "sign-mixed",
        "The movement already contains the minus sign, and is then subtracted: the two cancel and the weights climb.",
        {STEP: "parameter.sub_(movement)"},
    ),
    edit(
        "learning-rate-ignored",
        "The steps do not depend on the learning rate.",
        {"lr * parameter.grad": "parameter.grad"},
    ),
    edit(
        "ema-form",
        "The gradient enters with weight 1 - beta: that is the moving average of section 2.2; the heavy ball gives "
        "it weight 1.",
        {"lr * parameter.grad": "(1 - beta) * lr * parameter.grad"},
    ),
    edit(
        "beta-on-wrong-term",
        "beta weighs the new gradient instead of the old movement.",
        {"mul_(beta).sub_(lr *": "mul_(1).sub_(beta * lr *"},
    ),
    edit(
        "stale-velocity",
        "The weights move by the movement from before this gradient was taken in.",
        {MOVEMENT: f"old = movement.clone()\n{MOVEMENT}", STEP: "parameter.add_(old)"},
    ),
    edit(
        "velocity-not-kept",
        "The new movement is used, but not kept: grad_vel is the same after the call as before, so every step starts "
        "from the same movement.",
        {"movement.mul_(": "movement = movement.mul("},
    ),
    edit(
        "velocity-overwritten",
        "The movement is the last gradient step only: the old movement is forgotten.",
        {"mul_(beta)": "mul_(0)"},
    ),
    edit(
        "learning-rate-twice",
        "The learning rate is applied inside the movement and once more in the step.",
        {STEP: "parameter.add_(lr * movement)"},
    ),
    edit(
        "velocity-in-gradient-units",
        "grad_vel is treated as a sum of gradients, with the minus sign and the learning rate in the step, as torch "
        "does it. In the text it is a movement and has both inside, so a movement that is there already counts "
        "differently.",
        {"sub_(lr * parameter.grad)": "add_(parameter.grad)", STEP: "parameter.sub_(lr * movement)"},
        share=0.75,
    ),
    # Before the pairs, where ascent and sign-mixed together give the same values and say something else.
    edit(
        "velocity-sign-reversed",
        "grad_vel has the opposite sign: it holds the way downhill as something to subtract. From rest the weights "
        "move as they should. In the text grad_vel is the movement itself, which is added, so a movement that is there "
        "already is taken backwards, and what is left in grad_vel points uphill.",
        {".sub_(": ".add_(", STEP: "parameter.sub_(movement)"},
        share=0.75,
    ),
    edit(
        "average-in-gradient-units",
        "This is the moving average of section 2.2: grad_vel averages gradients with weight 1 - beta, and the step "
        "multiplies it by the learning rate. Here grad_vel is the movement of the heavy ball, with the minus sign and "
        "the learning rate inside, and the gradient enters with weight 1.",
        {"sub_(lr * parameter": "add_((1 - beta) * parameter", STEP: "parameter.sub_(lr * movement)"},
    ),
    *gradient_mistakes(STEP),
)

ANSWER = update_answer(
    "momentum_update",
    MISTAKES,
    state="grad_vel",
    options={"lr": (0.2, 0.4), "beta": (0.65, 0.75)},
    fresh_state=lambda rng, shape: rng.normal(scale=0.1, size=shape),
    reread="section 2.2, the two lines of the heavy ball",
)
