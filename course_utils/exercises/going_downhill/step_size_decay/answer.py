"""What is right and wrong in `step_size_decay`: step t, counted from 0, uses step_size * decay**t."""

from __future__ import annotations

from autograder.catalogue.edit import edit
from autograder.kits.descent_runs import BEGIN, descent_answer, descent_mistakes, fresh_runs

__all__ = ["ANSWER"]

NOW = "now = step_size * decay**t"

DECAYS = (
    edit(
        "compounding-decay",
        "The decay compounds: the step size that was already decayed is multiplied by decay**t again, so the powers "
        "add up, 1 + 2 + ... + t. The first two steps look right; the third is too short.",
        {NOW: "step_size = step_size * decay**t\nnow = step_size"},
    ),
    edit(
        "decay-one-step-early",
        "The first step is decayed already: step 0 uses step_size itself.",
        {NOW: "now = step_size * decay ** (t + 1)"},
    ),
    edit(
        "decay-ignored",
        "The step size stays the same all the way: decay has no effect.",
        {NOW: "now = step_size"},
    ),
    edit(
        "decay-of-last-step",
        "Every step uses step_size * decay**steps: the exponent is the number of all steps, not the current one.",
        {NOW: "now = step_size * decay**steps"},
    ),
    edit(
        "decay-once",
        "The step size is multiplied by decay a single time; it should shrink again at every step.",
        {NOW: "now = step_size * decay ** min(t, 1)"},
    ),
    edit(
        "decay-times-t",
        "The step size is multiplied by decay and by t; the text takes a power.",
        {NOW: "now = step_size * decay * t"},
    ),
    edit(
        "inverse-time-decay",
        "The step size falls as 1/(1 + decay t): another schedule than the exponential one of the text.",
        {NOW: "now = step_size / (1 + decay * t)"},
    ),
    edit(
        "decay-divides",
        "The step size is divided by decay**t: with a decay below one it grows.",
        {NOW: "now = step_size / decay**t"},
    ),
    edit(
        "one-minus-decay",
        "The step size is multiplied by 1 - decay at each step instead of by decay.",
        {NOW: "now = step_size * (1 - decay) ** t"},
    ),
    edit(
        "one-coordinate-decays",
        "Only the steps of x get shorter: y moves with the step size of the start all the way.",
        {"now * slope_y": "step_size * slope_y"},
    ),
    edit(
        "one-coordinate-decays",
        "Only the steps of y get shorter: x moves with the step size of the start all the way.",
        {"now * slope_x": "step_size * slope_x"},
    ),
    edit(
        "learning-rate-ignored",
        "The steps do not depend on step_size, only on decay.",
        {BEGIN: f"step_size = 1.0\n{BEGIN}"},
    ),
)

ANSWER = descent_answer(
    "step_size_decay",
    (*DECAYS, *descent_mistakes("now")),
    lambda rng: fresh_runs(rng, ((0.55, 0.7), (0.75, 0.85), None)),
    "section 1.7, the decayed step size",
)
