"""What is right and wrong in `schedules`: rates by step, and clipping by one norm over all gradients.

Linear warmup: base_lr (t + 1) / W in the first W steps, t = 0, 1, ... Then, with s = (t - W) / (T - W): step, 1/10 from
s = 1/2 and 1/100 from s = 3/4; exponential, 0.01^s; cosine, (1 + cos pi s) / 2 (Loshchilov and Hutter 2017).
"""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import accepted, edit
from autograder.catalogue.ways import solution_part
from autograder.kits.library_functions import CLIPPING, COURSE, SCHEDULERS
from course_utils.checks.labels import Label
from course_utils.exercises.optimizers.schedules.answer_clipping import CLIPPING_PART, fresh_gradients
from course_utils.exercises.optimizers.schedules.probe import KINDS
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

FIRST_LINE = "if step < warmup_steps:"
RAMP = "return base_lr * (step + 1) / warmup_steps"
DONE = "(step - warmup_steps) / (total_steps - warmup_steps)"
EXPONENTIAL = "0.01**done"
COSINE = "(1 + np.cos(np.pi * done)) / 2"

MISTAKES = (
    edit(
        "warmup-missing",
        "There is no warmup: the first steps already have the full learning rate.",
        {RAMP: "return base_lr"},
    ),
    edit(
        "warmup-ignored",
        "warmup_steps changes nothing: neither is there a ramp, nor does the schedule begin later.",
        {FIRST_LINE: "if False:", DONE: "step / total_steps"},
    ),
    edit(
        "warmup-not-subtracted",
        "The schedule already runs during the warmup, so the rate after the warmup does not begin at the base rate.",
        {RAMP: "base_lr = base_lr * (step + 1) / warmup_steps", DONE: "step / total_steps"},
    ),
    edit(
        "warmup-not-subtracted",
        "The schedule counts its steps from 0, warmup included, so the rate after the warmup does not begin at the "
        "base rate.",
        {DONE: "step / total_steps"},
    ),
    edit(
        "total-not-shortened",
        "The schedule begins after the warmup but is stretched over all steps, so it never comes to its end.",
        {DONE: "(step - warmup_steps) / total_steps"},
    ),
    edit(
        "whole-division",
        "The part that is done is divided as a whole number, without remainder: it stays 0 until the very end.",
        {DONE: "(step - warmup_steps) // (total_steps - warmup_steps)"},
    ),
    edit(
        "counts-from-one",
        "The schedule is one step ahead: the first step is step 0.",
        {FIRST_LINE: f"step = step + 1\n{FIRST_LINE}"},
    ),
    edit(
        "base-rate-ignored",
        "The result does not depend on base_lr.",
        {FIRST_LINE: f"base_lr = 1.0\n{FIRST_LINE}"},
    ),
    edit(
        "one-drop",
        "There is one drop, at the middle; a second one follows after three quarters.",
        {"0.1 if done < 0.75 else 0.01": "0.1"},
    ),
    edit(
        "drop-one-step-late",
        "A drop comes one step late: from the middle on (and from three quarters on), that step included.",
        {"done < 0.5": "done <= 0.5", "done < 0.75": "done <= 0.75"},
        share=0.75,
    ),
    edit(
        "exponential-to-a-tenth",
        "The exponential schedule ends at a tenth of the base rate instead of a hundredth.",
        {EXPONENTIAL: "0.1**done"},
    ),
    edit(
        "exponential-per-step",
        "The factor 0.01 is applied at every step; it should be the product of the factors of all steps.",
        {EXPONENTIAL: "0.01 ** (step - warmup_steps)"},
    ),
    edit(
        "exponential-base-e",
        "The exponential schedule has base e: it ends at 0.37 of the base rate.",
        {EXPONENTIAL: "np.exp(-done)"},
    ),
    edit(
        "straight-line",
        "The exponential schedule is a straight line: it should fall by the same factor in every step.",
        {EXPONENTIAL: "(1 - 0.99 * done)"},
    ),
    edit(
        "cosine-not-lifted",
        "The cosine itself is taken, which goes down to -1: it has to be lifted and halved.",
        {COSINE: "np.cos(np.pi * done)"},
    ),
    edit(
        "cosine-full-period",
        "The cosine runs through a whole period: the rate rises again in the second half.",
        {COSINE: "(1 + np.cos(2 * np.pi * done)) / 2"},
    ),
    edit(
        "cosine-quarter-period",
        "This is a quarter of a period: it falls fastest at the end, where the schedule of the text is flat.",
        {COSINE: "np.cos(np.pi / 2 * done)"},
    ),
    edit(
        "cosine-without-pi",
        "The cosine runs to 1 instead of pi: the rate ends at 0.77 of the base rate.",
        {COSINE: "(1 + np.cos(done)) / 2"},
    ),
    edit(
        "cosine-in-degrees",
        "The cosine takes its angle in radians: half a turn is not 180.",
        {COSINE: "(1 + np.cos(180 * done)) / 2"},
    ),
    edit(
        "unknown-kind-accepted",
        "An unknown kind of schedule does not raise a ValueError: a misspelt name would go unnoticed.",
        {"raise ValueError": "return base_lr\nraise ValueError"},
        share=0.75,
    ),
)

CONVENTIONS = (
    accepted(
        "warmup-from-zero",
        "Your warmup starts at rate 0, as in several libraries; the first step then moves nothing.",
        {RAMP: "return base_lr * step / warmup_steps"},
    ),
    accepted(
        "warmup-ends-one-later",
        "Your warmup comes to the base rate one step later than the one in the text.",
        {RAMP: "return base_lr * (step + 1) / (warmup_steps + 1)"},
    ),
    accepted(
        "ends-at-the-last-step",
        "Your schedule comes to its end at the last step; that of the text would come to it one step after.",
        {DONE: "(step - warmup_steps) / (total_steps - 1 - warmup_steps)"},
    ),
)

CASES = {"plain": "without warmup", "warm": "with warmup"}
LABELS = {
    f"{name}_{kind}": Label(f'schedule "{kind}" {said}', axes=("step",))
    for kind in KINDS
    for name, said in CASES.items()
}


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw numbers of steps in which the drops fall on whole steps."""
    warmup = rng.integers(3, 7)
    return {
        "base_lr": np.array(rng.uniform(0.2, 0.8)),
        "total_plain": np.array(4.0 * rng.integers(4, 7)),
        "total_warm": np.array(4.0 * rng.integers(4, 7) + warmup),
        "warmup": np.array(float(warmup)),
        **fresh_gradients(rng),
    }


ANSWER = Answer(
    "schedules",
    _generate,
    (
        solution_part(
            "schedules",
            "learning_rate",
            MISTAKES,
            conventions=CONVENTIONS,
            labels={**LABELS, "refuses": Label("a ValueError for an unknown kind", statement=True)},
            reread="section 2.7, warmup and the three schedules",
            words={"base_lr": "base rate", "done": "part that is done"},
        ),
        CLIPPING_PART,
    ),
    by_hand=(*SCHEDULERS, *CLIPPING, *COURSE),
)
