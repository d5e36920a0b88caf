"""What is right and wrong in `tuning`: settings within the budget that reach the goal on average; many do.

The statements are simulated: an exercise about settings has no formula to edit, and a run of the probe trains networks.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from autograder.catalogue.answer import Alternative, Answer, AnswerPart, Simulate
from course_utils.checks.labels import Label
from course_utils.exercises.training_loop.tuning.probe import BUDGET_EPOCHS, GOAL, PROBE, SMALLEST_BATCH
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

SEEDS = 3
LABELS = {
    "validation_reached": Label(f"mean validation accuracy of three seeds is at least {GOAL}", statement=True),
    "epochs_in_budget": Label(f"at most {BUDGET_EPOCHS} epochs", statement=True),
    "batch_in_budget": Label(f"at least {SMALLEST_BATCH} examples per batch", statement=True),
    "rate_positive": Label("the learning rate is positive", statement=True),
    "smaller_is_no_better": Label("a smaller learning rate is no better", statement=True),
    "larger_is_no_better": Label("a larger learning rate is no better", statement=True),
}


def _all_but(*failing: str) -> Simulate:
    """Return the arrays of settings of which all statements hold but those that are named."""
    return lambda inputs: {name: np.array(float(name not in failing)) for name in LABELS}


def _mistake(name: str, says: str, *failing: str, share: float = 0.25) -> Alternative:
    return Alternative((name,), (says,), _all_but(*failing), share)


def _both(one: Alternative, other: Alternative) -> Alternative:
    """Return two mistakes together: what fails in either fails in both."""

    def simulate(inputs: Inputs) -> Outputs:
        found, more = one.simulate(inputs), other.simulate(inputs)
        return {name: np.minimum(found[name], more[name]) for name in found}

    return Alternative(one.ids + other.ids, one.says + other.says, simulate, one.share * other.share)


ABOUT_BUDGET = (
    _mistake(
        "too-many-epochs",
        f"The budget is {BUDGET_EPOCHS} epochs. Longer training would win every comparison.",
        "epochs_in_budget",
    ),
    _mistake(
        "batches-too-small",
        f"A batch has at least {SMALLEST_BATCH} examples here; smaller ones give more steps in the same number "
        f"of epochs.",
        "batch_in_budget",
    ),
    _mistake(
        "learning-rate-not-positive",
        "The learning rate is not positive. The training loop descends with a positive one; a negative one climbs.",
        "rate_positive",
        share=0.0,
    ),
)
# What is outside the budget is not trained, so these cannot be seen together with it.
ABOUT_TRAINING = (
    _mistake(
        "learning-rate-too-large",
        f"The mean validation accuracy stays below {GOAL}, and a smaller learning rate does better with the same "
        "budget.",
        "validation_reached",
        "smaller_is_no_better",
    ),
    _mistake(
        "learning-rate-too-small",
        f"The mean validation accuracy stays below {GOAL}, and a larger learning rate does better: with steps as short "
        "as these the budget ends on the way down.",
        "validation_reached",
        "larger_is_no_better",
    ),
    _mistake(
        "too-few-steps",
        f"The mean validation accuracy stays below {GOAL}, and no other learning rate does better: "
        "there are too few steps. Use the budget, in epochs or with smaller batches.",
        "validation_reached",
    ),
)


def generate(rng: np.random.Generator) -> Inputs:
    """Draw a split of the digits and the seeds of the networks."""
    return {"split_seed": np.array(rng.integers(2**31)), "seeds": rng.integers(2**31, size=SEEDS)}


ANSWER = Answer(
    "tuning",
    generate,
    (
        AnswerPart(
            name=PROBE.parts[0].name,
            reference=_all_but(),
            misconceptions=(
                *ABOUT_BUDGET,
                *(_both(one, other) for one, other in combinations(ABOUT_BUDGET, 2)),
                *ABOUT_TRAINING,
            ),
            labels=LABELS,
            reread="section 3.7, what each setting does",
        ),
    ),
)
