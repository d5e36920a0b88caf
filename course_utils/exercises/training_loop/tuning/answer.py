"""The answer to `tuning`: there is no single one; settings within the budget that reach the goal on average."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer, AnswerPart, Simulate
from autograder.kits.programs import perform, statements
from autograder.kits.rules import Mistake, Rule, alternatives
from course_utils.exercises.training_loop.tuning.probe import BUDGET_EPOCHS, PROBE, SMALLEST_BATCH
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

SEEDS = 3
PROGRAM: Rule = statements(
    epochs_in_budget=1.0,
    batch_in_budget=1.0,
    rate_positive=1.0,
    validation_reached=1.0,
    smaller_is_no_better=1.0,
    larger_is_no_better=1.0,
)
MISTAKES = (
    Mistake(
        "too-many-epochs",
        f"The budget is {BUDGET_EPOCHS} epochs. Whoever may train longer wins every comparison.",
        statements(epochs_in_budget=0.0),
        share=0.25,
    ),
    Mistake(
        "batches-too-small",
        f"A batch has at least {SMALLEST_BATCH} examples here; smaller ones buy more steps with the same epochs.",
        statements(batch_in_budget=0.0),
        share=0.25,
    ),
    Mistake(
        "learning-rate-not-positive",
        "The learning rate is not positive. The training loop descends with a positive one; a negative one climbs.",
        statements(rate_positive=0.0),
        share=0.0,
    ),
    Mistake(
        "learning-rate-too-large",
        "The mean validation accuracy stays below 0.95, and a smaller learning rate does better with the same budget.",
        statements(validation_reached=0.0, smaller_is_no_better=0.0),
        share=0.25,
    ),
    Mistake(
        "learning-rate-too-small",
        "The mean validation accuracy stays below 0.95, and a larger learning rate does better: with steps as short as "
        "these the budget ends on the way down.",
        statements(validation_reached=0.0, larger_is_no_better=0.0),
        share=0.25,
    ),
    Mistake(
        "too-few-steps",
        "The mean validation accuracy stays below 0.95, and no other learning rate does better: "
        "there are too few steps. Use the budget, in epochs or with smaller batches.",
        statements(validation_reached=0.0),
        share=0.25,
    ),
)
LABELS = {
    "validation_reached": "mean validation accuracy of three seeds is at least 0.95 (1 = yes)",
    "epochs_in_budget": f"at most {BUDGET_EPOCHS} epochs (1 = yes)",
    "batch_in_budget": f"at least {SMALLEST_BATCH} examples per batch (1 = yes)",
    "rate_positive": "the learning rate is positive (1 = yes)",
    "smaller_is_no_better": "a smaller learning rate is no better (1 = yes)",
    "larger_is_no_better": "a larger learning rate is no better (1 = yes)",
}
ABOUT_BUDGET = MISTAKES[:3]


def simulate(program: Rule) -> Simulate:
    """Return the statements as arrays."""

    def arrays(inputs: Inputs) -> Outputs:
        return {name: np.array(value) for name, value in vars(perform(program)).items()}

    return arrays


def generate(rng: np.random.Generator) -> Inputs:
    """Draw a split of the digits and the seeds of the networks."""
    return {"split_seed": np.array(rng.integers(2**31)), "seeds": rng.integers(2**31, size=SEEDS)}


ANSWER = Answer(
    "tuning",
    generate,
    (
        AnswerPart(
            name=PROBE.parts[0].name,
            reference=simulate(PROGRAM),
            # What is outside the budget is not trained, so the others cannot be seen together with it.
            misconceptions=(
                *alternatives(PROGRAM, ABOUT_BUDGET, simulate),
                *alternatives(PROGRAM, MISTAKES[3:], simulate, pairs=False),
            ),
            labels=LABELS,
            reread="section 3.7, what each setting does",
        ),
    ),
)
