"""What is right and wrong in `race`: settings that reach the threshold within the budget, and a table over seeds."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import accepted, edit
from autograder.catalogue.ways import solution_part
from course_utils.checks.labels import Label
from course_utils.exercises.optimizers.race.answer_settings import SETTINGS_PART, THRESHOLD
from course_utils.exercises.optimizers.race.probe import ENTRANTS
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

SEEDS, TABLE_SEEDS, CHECKS = 5, 5, 6

END = "run.test_accuracy[-1]"
SEEDS_USED = "for seed in seeds]"
MEAN, RANGE = "np.mean(ends)", "min(ends), max(ends)"
RETURNED = "return table"

MISTAKES = (
    edit(
        "validation-reported",
        "The table reports validation accuracy. The settings were chosen by it, so it flatters them; report the test "
        "accuracy, which nothing was chosen by.",
        {END: "run.valid_accuracy[-1]"},
    ),
    edit(
        "best-moment",
        "The best accuracy in the course of each run is reported. Picking the moment by the result flatters unsteady "
        "methods; take the one at the end.",
        {"[run.": "[max(run.", "[-1]": ")"},
    ),
    edit(
        "moment-by-validation",
        "The test accuracy is taken at the moment with the best validation accuracy. That is a fair way to stop early, "
        "but the race compares the methods after the last step.",
        {"[-1]": "[np.argmax(run.valid_accuracy)]"},
        share=0.75,
    ),
    edit(
        "mean-over-the-run",
        "The accuracy is averaged over the whole run instead of taken at its end.",
        {"[run.": "[np.mean(run.", "[-1]": ")"},
    ),
    edit(
        "first-moment",
        "The accuracy at the first look is reported, not the one at the end.",
        {"[-1]": "[0]"},
    ),
    edit(
        "one-seed",
        "One seed is used, alone or again and again: this does not show how much of the result is luck.",
        {SEEDS_USED: "for seed in seeds[:1]]"},
        share=0.25,
    ),
    edit(
        "other-seeds",
        "Other seeds are used than those that were passed, so the methods could start from different networks.",
        {SEEDS_USED: "for seed in range(len(seeds))]"},
    ),
    edit(
        "settings-not-used",
        "A method is not trained with its own settings.",
        {"options, seed) for": "{}, seed) for"},
    ),
    edit(
        "best-seed",
        "The best of the seeds takes the place of the mean: this rewards methods with a large scatter.",
        {MEAN: "max(ends)"},
    ),
    edit(
        "median-instead-of-mean",
        "The median is given in place of the mean.",
        {MEAN: "np.median(ends)"},
        share=0.75,
    ),
    *(
        edit(
            "standard-deviation",
            "The ends of the range are one standard deviation from the mean; the table asks for the lowest and the "
            "highest run.",
            {RANGE: f"np.mean(ends) - {deviation}, np.mean(ends) + {deviation}"},
            share=0.75,
        )
        for deviation in ("np.std(ends)", "np.std(ends, ddof=1)")
    ),
    edit(
        "order-of-columns",
        "The three numbers are returned in another order: mean, lowest, highest.",
        {RETURNED: "return {name: (low, mean, high) for name, (mean, low, high) in table.items()}"},
        share=0.75,
    ),
)
PERCENT = accepted(
    "percent",
    "Your table is in percent; that of the text has shares from 0 to 1.",
    {RETURNED: "return {name: 100 * np.array(row) for name, row in table.items()}"},
)

TABLE_PART = solution_part(
    "race",
    "race_table",
    MISTAKES,
    conventions=(PERCENT,),
    labels={
        "table": Label("mean, lowest, highest"),
        "seeds_used": Label("method was trained with seed", statement=True),
        "options_right": Label("every method was trained with its own settings", statement=True),
    },
    reread="section 2.9, what the table reports",
    words={"ends": "list of accuracies", "runs": "list of runs"},
)


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw seeds, and accuracies that rise, scatter, and are not best at the end, nor on both sets at one moment."""
    shape = (len(ENTRANTS), TABLE_SEEDS, CHECKS)
    best = {"valid": -3, "test": -2}
    rises = {split: np.linspace(0.3, 0.9, CHECKS) for split in best}
    for split, moment in best.items():
        rises[split][moment] = 0.95
    runs = {
        f"{kind}_{split}": rises[split] + rng.uniform(-0.04, 0.04, size=shape)
        for kind in ("runs", "other_seeds", "other_options")
        for split in best
    }
    return {
        "threshold": np.array(THRESHOLD),
        "seeds": rng.choice(10_000, size=SEEDS, replace=False).astype(np.float64),
        "table_seeds": 100.0 + rng.choice(900, size=TABLE_SEEDS, replace=False),
        **runs,
    }


ANSWER = Answer("race", _generate, (SETTINGS_PART, TABLE_PART), common=("seeds",))
