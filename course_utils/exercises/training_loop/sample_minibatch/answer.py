"""The answer to `sample_minibatch`: independent draws with replacement, each input with its own target."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer, AnswerPart, Simulate
from autograder.kits.programs import perform, statements
from autograder.kits.rules import Mistake, Rule, alternatives
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

PROGRAM: Rule = statements(
    pairs_kept=1.0,
    rows_repeat=1.0,
    draws_differ=1.0,
    rows_scattered=1.0,
    all_rows_drawn=1.0,
    rows_equally_often=1.0,
    default_size=100.0,
    data_left_alone=1.0,
)

MISTAKES = (
    Mistake(
        "without-replacement",
        "No row occurs twice in a minibatch: these are draws without replacement. The text asks for independent ones, "
        "where a row that has been drawn can be drawn again.",
        statements(rows_repeat=0.0),
    ),
    Mistake(
        "pairs-broken",
        "Inputs and targets are drawn separately, so most inputs come with the target of another one.",
        statements(pairs_kept=0.0),
    ),
    Mistake(
        "same-draw-every-time",
        "Every call returns the same rows: the generator is seeded inside the function.",
        statements(draws_differ=0.0),
    ),
    Mistake(
        "consecutive-rows",
        "The rows of a minibatch are neighbours in the data: only its beginning is drawn at random, not every row.",
        statements(rows_scattered=0.0, rows_repeat=0.0),
    ),
    Mistake(
        "first-rows-only",
        "The minibatch is always the first rows of the data: nothing is drawn at random.",
        statements(rows_scattered=0.0, rows_repeat=0.0, draws_differ=0.0),
    ),
    Mistake(
        "row-never-drawn",
        "One row of the data can never be drawn, the first or the last: look at the bounds of the random index.",
        statements(all_rows_drawn=0.0),
        share=0.75,
    ),
    Mistake(
        "rows-not-equally-likely",
        "Some rows are drawn much more often than others.",
        statements(rows_equally_often=0.0),
    ),
    Mistake(
        "data-shuffled-in-place",
        "The function changes the data that it is given, and so everything that uses them afterwards.",
        statements(data_left_alone=0.0),
    ),
)
LABELS = {
    "pairs_kept": "inputs come with their own targets (1 = yes)",
    "rows_repeat": "a row can occur twice (1 = yes)",
    "draws_differ": "two calls draw different rows (1 = yes)",
    "rows_scattered": "rows come from everywhere (1 = yes)",
    "all_rows_drawn": "every row can be drawn (1 = yes)",
    "rows_equally_often": "all rows are drawn equally often (1 = yes)",
    "default_size": "rows drawn if num_points is not given",
    "data_left_alone": "data left as they were (1 = yes)",
}


def simulate(program: Rule) -> Simulate:
    """Return the statements as arrays."""

    def arrays(inputs: Inputs) -> Outputs:
        return {name: np.array(value) for name, value in vars(perform(program)).items()}

    return arrays


def generate(rng: np.random.Generator) -> Inputs:
    """Draw 150 rows that differ in every entry; with 60 of them at a time some row occurs twice."""
    marks = rng.permutation(150) + rng.uniform(-0.3, 0.3)
    return {
        "data": marks[:, None, None] + rng.uniform(0, 0.4, size=(1, 3, 2)),
        "targets": rng.permutation(150).astype(np.float64),
        "num_points": np.array(60),
        "draws": np.array(60),
        "seed": np.array(rng.integers(2**31)),
    }


ANSWER = Answer(
    "sample_minibatch",
    generate,
    (
        AnswerPart(
            name="sample_minibatch",
            reference=simulate(PROGRAM),
            misconceptions=alternatives(PROGRAM, MISTAKES, simulate),
            labels=LABELS,
            reread="section 3.5, what independent draws are",
        ),
    ),
)
