"""What is right and wrong in `tuned_settings`: settings that reach the threshold within the budget.

Not edits of the solution: what is judged are statements about training runs, and a run takes seconds. A mistake is a
table of such statements, the same whatever the settings are.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from autograder.catalogue.answer import Alternative, AnswerPart, Simulate
from course_utils.checks.labels import Label
from course_utils.exercises.optimizers.race.probe_settings import METHODS
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["SETTINGS_PART", "THRESHOLD"]

NAMES = tuple(METHODS)
# Median validation accuracy that every method reaches with margin over a range of rates, and none with another's rate.
THRESHOLD = 0.90

SLOW = "Too slow within the budget, their loss still falls smoothly: {}. Take longer steps."
UNSTABLE = "Too long steps, shorter ones do better: {}."
HEAVY_BALL = (
    "Momentum is too slow within the budget. As a heavy ball, which adds the gradients up, it would be fast enough "
    "with this learning rate: the steps of the heavy ball are 1/(1 - mu) times as long. The momentum of this course "
    "averages the gradients."
)
ONE_RATE = (
    "All methods have the same learning rate. The length of a step is eta times the gradient in one and about eta in "
    "another: each needs its own search."
)
BUDGET_CHANGED = "The settings change the budget (steps, batch size, seeds ...); it has to be the same for all."
MOMENTUM_OFF = "With mu = 0 the momentum method is SGD: the race would compare SGD with itself."


def _perfect() -> Outputs:
    count, zero = len(NAMES), np.array(0.0)
    return {
        "points_short": np.zeros(count),
        "reached": np.ones(count),
        "unstable": np.zeros(count),
        "heavy_ball": zero,
        "one_rate_for_all": zero,
        "momentum_off": zero,
        "budget_changed": zero,
    }


def _seen(**changes: np.ndarray) -> Simulate:
    """Return what is seen of settings that miss: how far they miss is left open."""
    outputs = {**_perfect(), **changes}
    if not outputs["reached"].all():
        del outputs["points_short"]
    return lambda inputs: outputs


def _missed() -> tuple[Alternative, ...]:
    """Return an alternative for every way in which some of the methods are too slow or unstable."""
    found = []
    usual: list[tuple[str, ...]] = [("fine", "slow", "unstable")] * len(NAMES)
    usual[NAMES.index("momentum")] += ("summed",)
    for states in product(*usual):
        groups = {state: [n for n, s in zip(NAMES, states, strict=True) if s == state] for state in set(states)}
        said = {
            "slow": ("steps-too-short", SLOW),
            "unstable": ("steps-too-long", UNSTABLE),
            "summed": ("heavy-ball-rate", HEAVY_BALL),
        }
        named = [(said[state][0], said[state][1].format(", ".join(groups[state]))) for state in said if state in groups]
        if named:
            reached = np.array([float(state == "fine") for state in states])
            unstable = np.array([float(state == "unstable") for state in states])
            ids, says = zip(*named, strict=True)
            summed = np.array(float("summed" in states))
            seen = _seen(reached=reached, unstable=unstable, heavy_ball=summed)
            found.append(Alternative(ids, says, seen, 0.75 * reached.mean()))
    return tuple(found)


def _one_rate(inputs: Inputs) -> Outputs:
    return {"one_rate_for_all": np.array(1.0), "budget_changed": np.array(0.0), "momentum_off": np.array(0.0)}


SETTINGS_PART = AnswerPart(
    name="tuned_settings",
    reference=lambda inputs: _perfect(),
    misconceptions=(
        Alternative(("one-rate-for-all",), (ONE_RATE,), _one_rate, share=0.25),
        Alternative(("budget-changed",), (BUDGET_CHANGED,), lambda i: {"budget_changed": np.array(1.0)}, share=0.25),
        Alternative(("momentum-off",), (MOMENTUM_OFF,), lambda i: {"momentum_off": np.array(1.0)}, share=0.5),
        *_missed(),
    ),
    labels={
        "points_short": Label(f"percentage points below the threshold, in the order {', '.join(NAMES)}"),
        "reached": Label("threshold reached", statement=True),
        "unstable": Label("steps too long", statement=True),
        "heavy_ball": Label("momentum fast enough as a heavy ball", statement=True),
        "one_rate_for_all": Label("one learning rate for all", statement=True),
        "momentum_off": Label("momentum without momentum", statement=True),
        "budget_changed": Label("budget changed", statement=True),
    },
    reread="section 2.9, what the race asks for",
)
