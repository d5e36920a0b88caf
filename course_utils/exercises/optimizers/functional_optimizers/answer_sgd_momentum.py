"""Known mistakes in `sgd_momentum`: v = mu v - lr dw, next_w = w + v."""

from __future__ import annotations

from autograder.catalogue.edit import edit

__all__ = ["MISTAKES"]

KEPT = 'velocity = config["momentum"] * config["velocity"]'
VELOCITY = f'{KEPT} - config["learning_rate"] * dw'
STEP = "next_w = w + velocity"

MISTAKES = (
    edit(
        "plain-sgd",
        "There is no momentum: w moves by the learning rate times dw alone, and the config keeps its velocity. "
        "That is plain gradient descent.",
        {STEP: 'next_w = w - config["learning_rate"] * dw', '{**config, "velocity": velocity}': "config"},
        pairs=False,
    ),
    edit("ascent", "The gradient enters with a plus: uphill.", {VELOCITY: f'{KEPT} + config["learning_rate"] * dw'}),
    edit(
        "sign-mixed",
        "The velocity already contains the minus sign, and is then subtracted.",
        {STEP: "next_w = w - velocity"},
    ),
    edit("learning-rate-ignored", "The steps do not depend on the learning rate.", {VELOCITY: f"{KEPT} - dw"}),
    edit(
        "ema-form",
        "The gradient enters with weight 1 - momentum; the text gives it weight 1.",
        {VELOCITY: f'{KEPT} - (1 - config["momentum"]) * config["learning_rate"] * dw'},
    ),
    edit(
        "velocity-in-gradient-units",
        "The velocity is treated as a sum of gradients, with the minus sign and the learning rate in the step, as "
        "torch does it; in the text it is a movement and has both inside.",
        {VELOCITY: f"{KEPT} + dw", STEP: 'next_w = w - config["learning_rate"] * velocity'},
        share=0.75,
    ),
    edit(
        "velocity-sign-reversed",
        "The velocity has the opposite sign: it is kept as something to subtract. From rest w moves as it should; in "
        "the text the velocity is the movement that is added, so one that the config brings along is taken backwards.",
        {VELOCITY: f'{KEPT} + config["learning_rate"] * dw', STEP: "next_w = w - velocity"},
        share=0.75,
    ),
    edit(
        "average-in-gradient-units",
        "The velocity is the moving average of the gradients, with weight 1 - momentum, and the step multiplies it by "
        "the learning rate. In the text it is a movement, with sign and learning rate inside, and the gradient enters "
        "with weight 1.",
        {
            VELOCITY: f'{KEPT} + (1 - config["momentum"]) * dw',
            STEP: 'next_w = w - config["learning_rate"] * velocity',
        },
    ),
    edit(
        "stale-velocity",
        "The step uses the velocity from before this gradient was taken in.",
        {STEP: 'next_w = w + config["velocity"]'},
    ),
    edit(
        "velocity-not-stored",
        "The new velocity is used, but the config that comes back holds the old one.",
        {'{**config, "velocity": velocity}': "config"},
    ),
    edit(
        "velocity-not-read",
        "The velocity in the config is not read: every call starts from zero.",
        {KEPT: 'velocity = config["momentum"] * 0'},
    ),
    edit(
        "nesterov",
        "The step looks ahead, as Nesterov's does; here the plain heavy ball is asked for.",
        {STEP: 'next_w = w + config["momentum"] * velocity - config["learning_rate"] * dw'},
    ),
)
