"""The answer to `training_epoch`: one pass in batches of a fresh permutation, downhill, and what it reports.

The mistakes stand in `training_epoch_mistakes`, the loop itself in `training_loop`.
"""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer, AnswerPart
from autograder.kits.evaluation_mistakes import ABOUT_EVALUATE, ATTACHED
from autograder.kits.programs import as_function, part_of, seen_by
from autograder.kits.rules import Mistake, Rule, alternatives
from autograder.kits.training_epoch_mistakes import (
    ABOUT_BATCHES,
    ABOUT_UPDATES,
    MEASURED_AFTER,
)
from autograder.kits.training_loop import EPOCH, EVALUATION, as_epoch
from course_utils.exercises.training_loop.training_epoch.probe import PROBE
from course_utils.kits.probe import Inputs, Part

__all__ = ["ANSWER"]

LABELS = {
    "weights": "parameters after epoch {step}",
    "weights_full_batches": "parameters after an epoch of full batches only",
    "loss_full_batches": "loss reported where the batch size divides the number of examples",
    "examples_used": "examples used for updates in epoch {step}",
    "loss": "loss reported",
    "accuracy": "accuracy reported",
    "gradient_not_used": "a gradient was computed but the parameters did not move (1 = yes)",
    "batch_sizes": "sizes of the batches of epoch {step}, in descending order",
    "each_row_once": "each row once per epoch (1 = yes)",
    "shuffled": "the rows are shuffled (1 = yes)",
    "new_order_each_epoch": "a new order in each epoch (1 = yes)",
    "pairs_kept": "each input with its own label (1 = yes)",
    "plain_numbers": "results without a graph (1 = yes)",
    "parameters_left_alone": "parameters left as they were (1 = yes)",
}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw a small network and 11 rows, until no two of the ways to count right answers agree."""
    while True:
        inputs = _draw(rng)
        positive = 1 / (1 + np.exp(-(np.tanh(inputs["x"] @ inputs["w0"] + inputs["b0"]) @ inputs["w1"] + inputs["b1"])))
        said, is_true = positive[:, 0] > 0.5, inputs["y"] > 0.5
        right = (said == is_true).mean()
        counts = np.array([right, 1 - right, is_true.mean(), (said[:, None] == is_true).mean()])
        if np.diff(np.sort(counts)).min() > 0.01:
            return inputs


def _draw(rng: np.random.Generator) -> Inputs:
    """Draw a network that is wrong about its one row at first, and 11 different rows in batches of 4."""
    label = float(rng.integers(2))
    return {
        "w0": rng.normal(size=(2, 3)) * 0.7,
        "b0": rng.normal(size=3) * 0.3,
        "w1": rng.normal(size=(3, 1)) * 0.6,
        "b1": np.array([(0.5 - label) * rng.uniform(0.6, 1.0)]),
        "row": rng.uniform(0.5, 1.5, 2) * rng.choice([-1.0, 1.0], 2),
        "label": np.array(label),
        "learning_rate": np.array(rng.uniform(0.1, 0.2)),
        "batch_size": np.array(3),
        "x": rng.normal(size=(11, 2)) * 1.5,
        "y": rng.permutation([1.0] * 7 + [0.0] * 4),
        "y_sure": rng.permutation(np.repeat([0.0, 1.0, 1.0], [20, 20, 1])),
        "rows_per_batch": np.array(4),
        "seed": np.array(rng.integers(2**31)),
    }


def _part(
    part: Part, program: Rule, mistakes: tuple[Mistake, ...], variant: tuple[Mistake, ...], weight: float, reread: str
) -> AnswerPart:
    evaluation = part.name == "evaluate"
    simulate = seen_by(part, (lambda p: as_function(p, "params", "x", "y")) if evaluation else as_epoch)
    return AnswerPart(
        name=part.name,
        reference=simulate(program),
        misconceptions=alternatives(program, mistakes, simulate),
        variants=alternatives(program, variant, simulate, pairs=False),
        labels=LABELS,
        reread=reread,
        weight=weight,
        # Wide enough for any of the usual constants in the logarithm of bce_loss.
        rtol=1e-4,
    )


ANSWER = Answer(
    "training_epoch",
    generate,
    (
        _part(
            part_of(PROBE, "the updates"),
            EPOCH,
            ABOUT_UPDATES,
            (MEASURED_AFTER,),
            0.5,
            "section 3.5, the six lines of an epoch, and the weighted mean",
        ),
        _part(
            part_of(PROBE, "the batches"),
            EPOCH,
            ABOUT_BATCHES,
            (),
            0.3,
            "section 3.5, permutations and the last batch",
        ),
        _part(
            part_of(PROBE, "evaluate"),
            EVALUATION,
            ABOUT_EVALUATE,
            (ATTACHED,),
            0.2,
            "section 3.5, what is reported",
        ),
    ),
)
