"""What is right and wrong in `step_size_decay`: step t, counted from 0, uses step_size * decay**t.

The statements about the settings are simulated: settings have no formula to edit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

import numpy as np

from autograder.catalogue.answer import Alternative, AnswerPart, Simulate
from autograder.catalogue.edit import edit
from autograder.kits.descent_runs import BEGIN, descent_answer, descent_mistakes, fresh_runs
from course_utils.checks.labels import Label
from course_utils.exercises.going_downhill.step_size_decay.probe import GOAL, MOST_STEPS

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

SETTINGS_LABELS = {
    "reached": Label(f"f is below {GOAL:g} at the end of the walk", statement=True),
    "not_frozen": Label("the steps are long enough to arrive", statement=True),
    "not_in_another_valley": Label("the walk does not end in another valley", statement=True),
    "beyond_constant_steps": Label("without decay the same step size does not arrive", statement=True),
    "step_size_positive": Label("the step size is positive", statement=True),
    "steps_in_budget": Label(f"at most {MOST_STEPS} steps", statement=True),
    "decay_shrinks": Label("the decay lies between 0 and 1", statement=True),
}


def _all_but(failing: Iterable[str]) -> Simulate:
    """Return the arrays of settings of which all statements hold but those that are named."""
    return lambda inputs: {name: np.array(float(name not in failing)) for name in SETTINGS_LABELS}


def _settings_mistake(name: str, says: str, *failing: str, share: float = 0.25) -> Alternative:
    return Alternative((name,), (says,), _all_but(failing), share)


OUTSIDE = {
    "step-size-not-positive": ("The step size is not positive: the walk would climb or stay.", "step_size_positive"),
    "too-many-steps": (f"The budget is {MOST_STEPS} steps.", "steps_in_budget"),
    "decay-does-not-shrink": (
        "The decay lies between 0 and 1, without the ends: with 1 the step size stays as it is.",
        "decay_shrinks",
    ),
}
# What is outside these limits is not walked, so the others cannot be seen together with it.
WALKED = (
    _settings_mistake(
        "decay-too-strong",
        f"The value stays above {GOAL:g}: the steps shrink so fast that the walk comes to rest on a slope.",
        "reached",
        "not_frozen",
    ),
    _settings_mistake(
        "another-valley",
        f"The value stays above {GOAL:g}: the walk comes to rest in the valley of another minimum.",
        "reached",
        "not_in_another_valley",
    ),
    _settings_mistake(
        "steps-still-too-long",
        f"The value is not below {GOAL:g} at the last step, where the walk is still moving: the steps are still too "
        "long to settle, or there are too few of them.",
        "reached",
    ),
    _settings_mistake(
        "decay-not-needed",
        f"The value falls below {GOAL:g}, but it does so without decay as well. Begin with a step size that is too "
        "long to settle, so that the decay decides.",
        "beyond_constant_steps",
        share=0.5,
    ),
)


def _together(names: tuple[str, ...]) -> Alternative:
    says, failing = zip(*(OUTSIDE[name] for name in names), strict=True)
    return Alternative(names, says, _all_but(failing), 0.25)


def _settings_part() -> AnswerPart:
    return AnswerPart(
        name="decay_settings",
        reference=_all_but(()),
        misconceptions=(*(_together(names) for n in (1, 2, 3) for names in combinations(OUTSIDE, n)), *WALKED),
        labels=SETTINGS_LABELS,
        reread="section 1.7, how far all steps together can go",
    )


WALK = descent_answer(
    "step_size_decay",
    (*DECAYS, *descent_mistakes("now")),
    lambda rng: fresh_runs(rng, ((0.55, 0.7), (0.75, 0.85), None)),
    "section 1.7, the decayed step size",
)
ANSWER = replace(WALK, parts=(*WALK.parts, _settings_part()))
