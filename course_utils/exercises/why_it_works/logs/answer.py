"""The answer to `logs`: measuring in evaluation mode without a trace, and one pass of minibatch descent."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer, AnswerPart, Simulate
from autograder.kits.logs_rules import (
    ABOUT_LOGS,
    ABOUT_MEASURES,
    LOGS,
    LOGS_VARIANTS,
    MEASURES,
    logs_of,
    measures_of,
)
from autograder.kits.minibatch_pass import ABOUT_PASS, PASS, PASS_VARIANTS, one_pass_of
from autograder.kits.module_manners import flag_part, turned
from autograder.kits.programs import part_of
from autograder.kits.rules import Rule, alternatives, under_variants
from autograder.kits.watched_inputs import AFTERWARDS_LABELS, fresh_nets, fresh_rows
from course_utils.checks.labels import Label
from course_utils.exercises.why_it_works.logs.probe import LOGS as LOG_NAMES
from course_utils.exercises.why_it_works.logs.probe import PROBE
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

LABELS = {
    "objective": Label("loss"),
    "accuracy": Label("accuracy"),
    "objective_in_training": Label("loss of a net in training mode"),
    "accuracy_in_training": Label("accuracy of a net in training mode"),
    "training_mode_kept": Label("a net in training mode stays in it", statement=True),
    "logs": Label(f"entry of ({', '.join(LOG_NAMES)})", "number", "with"),
    "plain_numbers": Label("numbers without a graph", statement=True),
    "evaluation_mode_kept": Label("a net in evaluation mode stays in it", statement=True),
    "weights": Label("parameters", "pass"),
    "loss": Label("loss", "pass", "returned by"),
    **AFTERWARDS_LABELS,
}
DRAW_LABELS = {
    "batches_of_the_size": Label("batches of batch_size images", statement=True),
    "several_batches": Label("more than one batch", statement=True),
    "other_rows_next_time": Label("other images in the next pass", statement=True),
    "random_order": Label("images in random order", statement=True),
    "in_training_mode": Label("training mode while training", statement=True),
    # Last, since accepted conventions turn these, too: whoever has made a mistake is shown that.
    "last_batch": Label("images in the last batch"),
    "some_row_twice": Label("some image is drawn twice, as with replacement", statement=True),
    "plain_number": Label("a number without a graph", statement=True),
}
PERMUTED = "Accepted: a pass over a permutation, which uses every image once. The text draws with replacement."
DRAW_VARIANTS = (
    turned("permutation", PERMUTED, {"some_row_twice": 0.0}),
    turned("permutation", PERMUTED, {"some_row_twice": 0.0, "last_batch": 2.0}),
    turned("carries-a-graph", "Accepted, but the loss still carries a graph.", {"plain_number": 0.0}),
)
DRAW_MISTAKES = (
    turned("single-update", "There is only one batch.", {"several_batches": 0.0}),
    turned("single-update", "There is only one batch.", {"several_batches": 0.0, "some_row_twice": 0.0}),
    turned(
        "not-shuffled",
        "The images are taken in the order in which they stand.",
        {"other_rows_next_time": 0.0, "random_order": 0.0},
    ),
    turned(
        "not-shuffled",
        "The images are taken in the order in which they stand.",
        {"some_row_twice": 0.0, "other_rows_next_time": 0.0, "random_order": 0.0},
    ),
    turned(
        "not-shuffled",
        "The images are taken in the order in which they stand.",
        {"some_row_twice": 0.0, "other_rows_next_time": 0.0, "random_order": 0.0, "last_batch": 2.0},
    ),
    turned("same-draws-every-pass", "Every pass takes the same images.", {"other_rows_next_time": 0.0}),
    turned(
        "same-draws-every-pass",
        "Every pass takes the same images.",
        {"other_rows_next_time": 0.0, "some_row_twice": 0.0},
    ),
    turned(
        "trains-in-evaluation-mode",
        "The net is in evaluation mode while it is trained, so its batch normalization does not see the batch.",
        {"in_training_mode": 0.0},
    ),
)


def generate(rng: np.random.Generator) -> Inputs:
    """Draw the nets, two sets of rows, and counts of rows that make 2.5 and more, or less, batches."""
    while True:
        inputs = {
            **fresh_nets(rng),
            **fresh_rows(rng, "row", 1, side=2),
            **fresh_rows(rng, "rows", 14),
            **fresh_rows(rng, "test", 9),
            "batch_size": np.array(4),
            "counts": np.array([9, 15]),  # 2.25 and 3.75 batches
            "step": np.array(rng.uniform(0.1, 0.2)),
        }
        if _separates(inputs):
            return inputs


def _separates(inputs: Inputs) -> bool:
    """Say whether accuracies are told apart from shares of anything else, and between the modes."""
    right = _measures(MEASURES)(inputs)
    if np.isclose(right["accuracy"], right["accuracy_in_training"]):
        return False
    changes: list[Rule] = [{}, *(mistake.formulas for mistake in ABOUT_MEASURES if "accuracy" in mistake.formulas)]
    found = {round(float(_measures({**MEASURES, **change})(inputs)["accuracy"]), 6) for change in changes}
    logs = _logs(LOGS)(inputs)["logs"]
    return len(found) == len(changes) and len({*logs.round(9)}) == len(logs)


def _measures(program: Rule) -> Simulate:
    def arrays(inputs: Inputs) -> Outputs:
        return part_of(PROBE, MEASURES_PART).outputs(*measures_of(program), inputs)

    return arrays


def _logs(program: Rule) -> Simulate:
    return lambda inputs: part_of(PROBE, "compute_logs").outputs(logs_of(program), inputs)


def _pass(program: Rule) -> Simulate:
    return lambda inputs: part_of(PROBE, "the steps of a pass").outputs(one_pass_of(program), inputs)


MEASURES_PART = PROBE.parts[0].name

ANSWER = Answer(
    "logs",
    generate,
    (
        AnswerPart(
            name=MEASURES_PART,
            reference=_measures(MEASURES),
            misconceptions=alternatives(MEASURES, ABOUT_MEASURES, _measures),
            labels=LABELS,
            reread="section 5.1, the two measures",
        ),
        AnswerPart(
            name="compute_logs",
            reference=_logs(LOGS),
            misconceptions=(
                *alternatives(LOGS, ABOUT_LOGS, _logs),
                *under_variants(LOGS, ABOUT_LOGS, LOGS_VARIANTS, _logs),
            ),
            variants=alternatives(LOGS, LOGS_VARIANTS, _logs),
            labels=LABELS,
            reread="section 5.1, the mode is put back",
        ),
        AnswerPart(
            name="the steps of a pass",
            reference=_pass(PASS),
            misconceptions=(
                *alternatives(PASS, ABOUT_PASS, _pass),
                *under_variants(PASS, ABOUT_PASS, PASS_VARIANTS, _pass),
            ),
            variants=alternatives(PASS, PASS_VARIANTS, _pass, pairs=False),
            labels=LABELS,
            reread="section 5.1, one pass",
        ),
        flag_part(
            "the draws of a pass",
            DRAW_LABELS,
            DRAW_MISTAKES,
            usual={"last_batch": 4.0},
            variants=DRAW_VARIANTS,
            reread="section 5.1, one pass",
            weight=1.0,
        ),
    ),
)
