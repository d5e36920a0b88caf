"""What is right and wrong in `loss_scaler`: scale, unscale, skip and halve on overflow, double after good steps.

Source: Micikevicius et al. 2018; growth and backoff as in `torch.amp.GradScaler`, with factors 2 and 1/2.
"""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import edit
from autograder.catalogue.ways import Ignored
from autograder.kits.function import single_answer
from course_utils.checks.labels import Label
from course_utils.exercises.today.loss_scaler.probe import STEPS
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

SCALED = "return self.scale * loss"
UNSCALED = "gradient.div_(self.scale)"
FINITE = "all(torch.isfinite(gradient).all() for gradient in gradients)"
HALVED = "self.scale, self.good_steps = self.scale / 2, 0"
SKIPPED = f"{HALVED}\nreturn False"
LOOP = "for gradient in gradients:"
COUNTED = "self.good_steps += 1"
DUE = "if self.good_steps == self.growth_interval:"
DOUBLED = "self.scale, self.good_steps = 2 * self.scale, 0"

MISTAKES = (
    edit(
        "steps-on-overflow",
        "The optimizer makes its step although a gradient is infinite or NaN, and the weights are lost.",
        {SKIPPED: f"{HALVED}\noptimizer.step()\nreturn False"},
    ),
    edit(
        "overflow-not-noticed",
        "Nothing happens on an overflow: the step is made, and the scale stays.",
        {FINITE: "True"},
        share=0.25,
    ),
    edit(
        "infinity-not-noticed",
        "Only NaN counts as an overflow. Infinite gradients, which come first, enter the step.",
        {FINITE: "all(not torch.isnan(gradient).any() for gradient in gradients)"},
    ),
    edit(
        "nan-not-noticed",
        "Only infinity counts as an overflow. NaN, which infinite values soon turn into, enters the step.",
        {FINITE: "all(not torch.isinf(gradient).any() for gradient in gradients)"},
    ),
    edit(
        "minus-infinity-not-noticed",
        "An overflow to minus infinity is not noticed.",
        {FINITE: "all((gradient < torch.inf).all() for gradient in gradients)"},
    ),
    edit(
        "one-gradient-watched",
        "Only the first gradient is looked at; an overflow in another one enters the step.",
        {FINITE: "torch.isfinite(gradients[0]).all()"},
    ),
    edit(
        "one-gradient-watched",
        "Only the last gradient is looked at; an overflow in another one enters the step.",
        {FINITE: "torch.isfinite(gradient).all()"},
    ),
    edit(
        "one-gradient-skipped",
        "A step is skipped only where every gradient has overflowed; one is enough.",
        {FINITE: "any(torch.isfinite(gradient).all() for gradient in gradients)"},
        pairs=False,
    ),
    edit(
        "one-gradient-skipped",
        "A gradient counts as good as soon as one of its entries is finite; all have to be.",
        {FINITE: "all(torch.isfinite(gradient).any() for gradient in gradients)"},
        pairs=False,
    ),
    edit(
        "not-unscaled",
        "The optimizer gets the scaled gradients, so that every step is far too long.",
        {UNSCALED: "pass"},
    ),
    edit(
        "unscaled-twice",
        "The gradients are divided by the scale twice, so that hardly anything is left of them.",
        {UNSCALED: "gradient.div_(self.scale).div_(self.scale)"},
    ),
    edit(
        "scaled-again",
        "The gradients are multiplied by the scale once more; the step has to divide it out.",
        {UNSCALED: "gradient.mul_(self.scale)"},
    ),
    edit(
        "loss-not-scaled",
        "The loss comes back as it is, but the step divides its gradients by the scale.",
        {SCALED: "return loss"},
    ),
    edit(
        "loss-divided",
        "The loss is divided by the scale; it has to become larger.",
        {SCALED: "return loss / self.scale"},
    ),
    edit(
        "scale-not-halved",
        "After an overflow the scale stays as it is, so that the next step overflows again.",
        {SKIPPED: "self.good_steps = 0\nreturn False"},
    ),
    edit(
        "scale-doubled-on-overflow",
        "After an overflow the scale is doubled; it has to be halved.",
        {HALVED: HALVED.replace("/ 2", "* 2")},
    ),
    edit(
        "back-to-one",
        "After an overflow the scale is 1; it has to be halved.",
        {HALVED: "self.scale, self.good_steps = 1.0, 0"},
    ),
    edit(
        "never-grows",
        "The scale never grows, so an early overflow keeps it small to the end.",
        {DOUBLED: "self.good_steps = 0"},
    ),
    edit("never-grows", "The good steps are never counted, so that the scale never grows.", {COUNTED: "pass"}),
    edit(
        "halved-when-good",
        "After the interval the scale is halved; it has to be doubled.",
        {DOUBLED: DOUBLED.replace("2 * self.scale", "self.scale / 2")},
    ),
    edit(
        "grows-after-each-step",
        "The scale is doubled after every good step; it should be after growth_interval of them.",
        {DUE: "if True:"},
    ),
    edit(
        "count-not-reset-on-overflow",
        "An overflow does not reset the count of good steps: the steps before it count for the next growth.",
        {HALVED: "self.scale = self.scale / 2"},
    ),
    edit(
        "count-not-reset-on-growth",
        "The count of good steps is not reset when the scale grows, so that it grows again after every step.",
        {DUE: "if self.good_steps >= self.growth_interval:", DOUBLED: "self.scale = 2 * self.scale"},
    ),
    edit(
        "count-not-reset-on-growth",
        "The count of good steps is not reset when the scale grows, so that it grows only once between two overflows.",
        {DOUBLED: "self.scale = 2 * self.scale"},
    ),
    edit(
        "steps-with-overflow-counted",
        "Skipped steps count as good ones, so that the scale grows too soon.",
        {
            SKIPPED: "self.scale, self.good_steps = self.scale / 2, self.good_steps + 1\nreturn False",
            DUE: "if self.good_steps >= self.growth_interval:",
        },
    ),
    edit(
        "interval-off-by-one",
        "The scale grows one step too late.",
        {DUE: "if self.good_steps > self.growth_interval:"},
        share=0.75,
    ),
    edit(
        "interval-off-by-one",
        "The scale grows one step too early.",
        {DUE: "if self.good_steps == self.growth_interval - 1:"},
        share=0.75,
    ),
    edit(
        "grows-before-unscaling",
        "The scale is changed before the gradients are divided by it; they were made with the old one.",
        {
            LOOP: f"if {FINITE}:\n    self.good_steps += 1\n"
            f"    if self.good_steps == self.growth_interval:\n        {DOUBLED}\n{LOOP}",
            COUNTED: "pass",
            DUE: "if False:",
        },
        pairs=False,
    ),
    edit(
        "no-step",
        "The gradients are divided by the scale, but the optimizer makes no step.",
        {"optimizer.step()\n": ""},
        pairs=False,
    ),
)
DEFAULT = Ignored(
    "other-defaults",
    "With given values everything is right; the default values are not those of the signature in the text.",
    "The default values also differ.",
    ("defaults",),
    share=0.75,
)
ANSWERED = Ignored(
    "wrong-answer",
    "Weights and scale are right; the value that step() returns does not say whether the step was made.",
    "Nor does the value that step() returns say whether the step was made.",
    ("stepped",),
    share=0.75,
)
LABELS = {
    "scales": Label("scale", "step"),
    "stepped": Label("whether the step was made", "step", link="in", statement=True),
    "weights": Label("weights", "step"),
    "defaults": Label("default values of scale and growth_interval"),
}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw weights and gradients; the scale is a power of 2, as in use."""
    shapes = {"a": (2, 2), "b": (3,)}
    size = {key: rng.uniform(0.3, 1.5, size=(STEPS, *shape)) for key, shape in shapes.items()}
    return {
        "scale": np.array(2.0 ** rng.integers(3, 8)),
        "lr": np.array(rng.uniform(0.05, 0.2)),
        **{f"weights_{key}": rng.uniform(-1, 1, size=shape) for key, shape in shapes.items()},
        **{f"gradients_{key}": one * rng.choice([-1.0, 1.0], size=one.shape) for key, one in size.items()},
    }


ANSWER: Answer = single_answer(
    "loss_scaler",
    MISTAKES,
    generate=generate,
    ignored=(DEFAULT, ANSWERED),
    labels=LABELS,
    reread="section 6.8, the five rules of the scale",
    words={"good_steps": "count of good steps", "growth_interval": "growth interval"},
    by_hand=("torch.amp.GradScaler", "torch.cuda.amp.*"),
)
