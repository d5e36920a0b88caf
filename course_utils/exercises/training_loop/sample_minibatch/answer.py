"""What is right and wrong in `sample_minibatch`: independent draws, each input with its own target."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import edit
from autograder.catalogue.ways import solution_part
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

DRAWN = "torch.randint(low=0, high=len(input_data), size=(num_points,))"
PAIR = "return input_data[drawn]"

MISTAKES = (
    edit(
        "without-replacement",
        "No row occurs twice in a minibatch: these are draws without replacement. The text asks for independent ones, "
        "where a row that has been drawn can be drawn again.",
        {DRAWN: "torch.randperm(len(input_data))[:num_points]"},
    ),
    edit(
        "pairs-broken",
        "Inputs and targets are drawn separately, so most inputs come with the target of another one.",
        {"target_data[drawn]": "target_data[drawn[torch.randperm(num_points)]]"},
    ),
    edit(
        "same-draw-every-time",
        "Every call returns the same rows: the generator is seeded inside the function.",
        {"drawn = ": "torch.manual_seed(0)\ndrawn = "},
    ),
    edit(
        "consecutive-rows",
        "The rows of a minibatch are neighbours in the data: only its beginning is drawn at random, not every row.",
        {DRAWN: "torch.randint(len(input_data) - num_points + 1, (1,)) + torch.arange(num_points)"},
    ),
    edit(
        "first-rows-only",
        "The minibatch is always the first rows of the data: nothing is drawn at random.",
        {DRAWN: "torch.arange(num_points)"},
    ),
    edit(
        "row-never-drawn",
        "One row of the data can never be drawn, the first or the last: look at the bounds of the random index.",
        {"high=len(input_data)": "high=len(input_data) - 1"},
        share=0.75,
    ),
    edit(
        "rows-not-equally-likely",
        "Some rows are drawn much more often than others.",
        {DRAWN: "(len(input_data) * torch.rand(num_points) ** 2).long()"},
    ),
    edit(
        "data-shuffled-in-place",
        "The function changes the data that it is given, which later code uses as well.",
        {
            PAIR: "order = torch.randperm(len(input_data))\n"
            f"input_data[:], target_data[:] = input_data[order], target_data[order]\n{PAIR}"
        },
    ),
)
LABELS = {
    "pairs_kept": Label("inputs come with their own targets", statement=True),
    "rows_repeat": Label("a row can occur twice", statement=True),
    "draws_differ": Label("two calls draw different rows", statement=True),
    "rows_scattered": Label("rows come from everywhere", statement=True),
    "all_rows_drawn": Label("every row can be drawn", statement=True),
    "rows_equally_often": Label("all rows are drawn equally often", statement=True),
    "default_size": Label("rows drawn if num_points is not given"),
    "data_left_alone": Label("data left as they were", statement=True),
}


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
        solution_part(
            "sample_minibatch",
            "sample_minibatch",
            MISTAKES,
            labels=LABELS,
            reread="section 3.5, what independent draws are",
            words={"drawn": "numbers of the rows drawn", "num_points": "number of draws"},
        ),
    ),
)
