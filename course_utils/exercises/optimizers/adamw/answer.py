"""What is right and wrong in `adamw`: w (1 - lr weight_decay), then the step of Adam, whose gradient has no decay."""

from __future__ import annotations

from dataclasses import replace

from autograder.catalogue.edit import accepted, edit
from autograder.kits.adam_mistakes import BETAS, CONVENTIONS, MISTAKES, ON_UNCORRECTED, STEP, WORDS
from autograder.kits.optimizer import optimizer_answer

__all__ = ["ANSWER"]

DECAY = "parameter.mul_(1 - self.lr * self.weight_decay)"
PENALISED = "gradient = parameter.grad + self.weight_decay * parameter"
INTO_THE_MOMENTS = {
    "(1 - self.beta1) * parameter.grad": "(1 - self.beta1) * gradient",
    "(1 - self.beta2) * parameter.grad": "(1 - self.beta2) * gradient",
}
LATE_DECAY = {DECAY: "pass", STEP: f"{STEP}\n{DECAY}"}

EFFICIENT_FORM = accepted(
    "efficient-form-decay-after-step",
    "epsilon is added to the root of the uncorrected second moment, and the decay follows the step, as in some "
    "libraries; the text adds epsilon to the corrected second moment, and lets the weights decay first.",
    {**ON_UNCORRECTED, **LATE_DECAY},
    frequent=False,
)

DECAY_MISTAKES = (
    edit(
        "l2-in-gradient",
        "The decay is added to the gradient, so it goes through both moments and is divided by the root: that is "
        "Adam with an L2 penalty, and weights with large gradients hardly decay.",
        {DECAY: PENALISED, **INTO_THE_MOMENTS},
    ),
    edit(
        "no-decay",
        "The weights do not decay at all: that is Adam.",
        {DECAY: "pass"},
    ),
    edit(
        "decay-without-learning-rate",
        "The decay is not multiplied by the learning rate, so it stays as strong when the rate is lowered.",
        {"self.lr * self.weight_decay": "self.weight_decay"},
    ),
    edit(
        "decay-after-step",
        "The decay is applied to the weights after the step of Adam instead of before it.",
        LATE_DECAY,
    ),
    edit(
        "decay-grows",
        "The weights grow: the decay has the wrong sign.",
        {"1 - self.lr": "1 + self.lr"},
    ),
    edit(
        "decay-divided-by-root",
        "The decay is added to the first moment and divided by the root with it; it belongs outside of the division.",
        {DECAY: "pass", "self.lr * direction": "self.lr * (direction + self.weight_decay * parameter)"},
    ),
    edit(
        "decayed-twice",
        "The weights decay twice: once outside of the moments, as they should, and once through the gradient.",
        {DECAY: f"{PENALISED}\n{DECAY}", **INTO_THE_MOMENTS},
    ),
    edit(
        "decayed-twice",
        "The weights decay twice in every step: before the step of Adam and again after it.",
        {STEP: f"{STEP}\n{DECAY}"},
    ),
    edit(
        "decayed-twice",
        "The weights decay twice in every step, both times before the step of Adam.",
        {DECAY: f"{DECAY}\n{DECAY}"},
        pairs=False,
    ),
    edit(
        "vectors-not-decayed",
        "Tensors with one dimension are left out of the decay; the text decays every parameter it is given.",
        {"self.weight_decay)": "self.weight_decay * (parameter.ndim > 1))"},
    ),
)

# The defaults of Adam in the text, and those of AdamW.
BETA_MISTAKES = tuple(
    edit(
        "betas-not-passed-on",
        f"The given betas have no effect: the averages always use {betas.replace(',', ' and')}. If your class makes an "
        "Adam inside, pass both betas to it.",
        {"= beta1, beta2": f"= {betas}"},
    )
    for betas in ("0.9, 0.99", "0.9, 0.999")
)

BUILDING_ON = """
class AdamOptimizer:
    pass


class AdamWOptimizer(AdamOptimizer):
    def __init__(self, parameters, lr=0.01, beta1=0.9, beta2=0.999, weight_decay=0.01):
        super().__init__(parameters, lr, beta1, beta2)
        self.weight_decay = weight_decay

    @torch.no_grad()
    def step(self):
        for parameter in self.parameters:
            parameter.mul_(1 - self.lr * self.weight_decay)
        super().step()
"""
# Of the mistakes of Adam, these are looked for together with one about the decay.
FREQUENT = {"no-bias-correction", "exponent-too-large", "t-frozen", "t-per-parameter", "ascent"}
ADAM_MISTAKES = tuple(replace(mistake, pairs=mistake.id in FREQUENT) for mistake in MISTAKES)

ANSWER = optimizer_answer(
    "adamw",
    (*DECAY_MISTAKES, *BETA_MISTAKES, *ADAM_MISTAKES),
    conventions=(*CONVENTIONS, EFFICIENT_FORM),
    hyperparameters={"lr": (0.04, 0.1), **BETAS, "weight_decay": (0.2, 0.4)},
    reread="section 2.6, the decoupled decay",
    words=WORDS,
    follows=(
        "follows-own-adam",
        "Your class adds the decay to AdamOptimizer as it should. The values follow from your version of it; a "
        "mistake there is counted in its exercise.",
    ),
    building_on=BUILDING_ON,
)
