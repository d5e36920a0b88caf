"""What is right and wrong in `training_epoch`: one pass in batches of a fresh permutation, and what it reports."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from autograder.catalogue.answer import Answer, AnswerPart
from autograder.catalogue.edit import Edit, edit
from autograder.catalogue.ways import Ignored, solution_part
from course_utils.checks.labels import Label
from course_utils.exercises.training_loop.training_epoch.answer_epoch import (
    ABOUT_BATCHES,
    ABOUT_UPDATES,
    MEASURED_AFTER,
)
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

# What evaluate returns.
LOSS, SHARE = "bce_loss(y, y_hat).item()", "accuracy(y, y_hat)"

ABOUT_EVALUATE = (
    edit(
        "sum-for-mean",
        "The loss is the sum over the examples; the text asks for their mean.",
        {LOSS: f"{LOSS} * len(y)"},
    ),
    edit(
        "accuracy-in-percent",
        "The accuracy is in percent; the text asks for a fraction between 0 and 1.",
        {SHARE: "100 * accuracy(y, y_hat)"},
        share=0.75,
    ),
    edit(
        "accuracy-as-count",
        "The accuracy is the number of right answers; the text asks for their fraction.",
        {SHARE: "len(y) * accuracy(y, y_hat)"},
        share=0.75,
    ),
    edit(
        "error-for-accuracy",
        "This is the fraction of wrong answers; the accuracy is that of right ones.",
        {SHARE: "1 - accuracy(y, y_hat)"},
    ),
    edit(
        "threshold-for-logits",
        "Every example counts as a 1: a probability is compared with 0, where a logit would be. Its threshold is 1/2.",
        {SHARE: "accuracy(y, y_hat > 0)"},
    ),
    edit(
        "all-pairs",
        "Each output is compared with the labels of all examples: a column (N, 1) meets a vector (N,).",
        {SHARE: "accuracy(y[:, None], y_hat)"},
    ),
    edit(
        "results-exchanged",
        "Loss and accuracy have changed places.",
        {f"return {LOSS}": f"return ({LOSS}", SHARE: f"{SHARE})[::-1]"},
        share=0.75,
    ),
)
GRAPH_KEPT = Ignored(
    "graph-kept",
    "The values are right, but one of those that are returned carries a graph with it: it can neither be plotted nor "
    "become an array, and all that the graph holds stays in memory.",
    "One of the returned values also carries a graph with it.",
    ("plain_numbers",),
    share=0.75,
)
# Of the one row, in two epochs of three batches.
UPDATES = 6
LABELS = {
    "weights": Label("parameters", "epoch"),
    "weights_full_batches": Label("parameters after an epoch of full batches only"),
    "loss_full_batches": Label("loss reported where the batch size divides the number of examples"),
    "examples_used": Label("examples used for updates", "epoch", link="in"),
    "loss": Label("loss reported"),
    "accuracy": Label("accuracy reported"),
    "gradient_not_used": Label("a gradient was computed but the parameters did not move", statement=True),
    "batch_sizes": Label("sizes of the batches", "epoch", link="of", then="in descending order"),
    "each_row_once": Label("each row once per epoch", statement=True),
    "shuffled": Label("the rows are shuffled", statement=True),
    "new_order_each_epoch": Label("a new order in each epoch", statement=True),
    "pairs_kept": Label("each input with its own label", statement=True),
    "plain_numbers": Label("results without a graph", statement=True),
    "parameters_left_alone": Label("parameters left as they were", statement=True),
}
WORDS = {
    "params": "parameters",
    "y_hat": "predicted probabilities",
    "rows": "rows of the batch",
}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw a small network and 11 rows, until no two of the ways to count right answers agree."""
    while True:
        inputs = _draw(rng)
        positive = 1 / (1 + np.exp(-(np.tanh(inputs["x"] @ inputs["w0"] + inputs["b0"]) @ inputs["w1"] + inputs["b1"])))
        said, is_true = positive[:, 0] > 0.5, inputs["y"] > 0.5
        right = (said == is_true).mean()
        counts = np.array([right, 1 - right, is_true.mean(), (said[:, None] == is_true).mean()])
        if np.diff(np.sort(counts)).min() > 0.01 and _learns(inputs):
            return inputs


def _learns(inputs: Inputs) -> bool:
    """Say whether the network comes to be right about its one row: an accuracy of 0 is 0 in percent as well."""
    w0, b0, w1, b1 = (inputs[name].copy() for name in ("w0", "b0", "w1", "b1"))
    rate, row, label = inputs["learning_rate"], inputs["row"], inputs["label"]
    for _ in range(UPDATES - 1):
        hidden = np.tanh(row @ w0 + b0)
        slope = rate * (1 / (1 + np.exp(-(hidden @ w1 + b1))) - label)
        back = slope * w1[:, 0] * (1 - hidden**2)
        w0, b0, w1, b1 = w0 - np.outer(row, back), b0 - back, w1 - np.outer(hidden, slope), b1 - slope
    return bool((np.tanh(row @ w0 + b0) @ w1 + b1 > 0) == (label > 0.5))


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


def _part(name: str, mistakes: Iterable[Edit], conventions: Iterable[Edit], weight: float, reread: str) -> AnswerPart:
    return solution_part(
        "training_epoch",
        name,
        mistakes,
        conventions=conventions,
        ignored=[GRAPH_KEPT] if name != "the batches" else [],
        labels=LABELS,
        reread=reread,
        weight=weight,
        # Wide enough for any of the usual constants in the logarithm of bce_loss.
        rtol=1e-4,
        words=WORDS,
        follows=(
            "follows-own-functions",
            "Your function uses network and bce_loss as it should. The values follow from your versions of them; a "
            "mistake there is counted in their exercises.",
        ),
    )


ANSWER = Answer(
    "training_epoch",
    generate,
    (
        _part(
            "the updates",
            ABOUT_UPDATES,
            [MEASURED_AFTER],
            0.5,
            "section 3.5, the six lines of an epoch, and the weighted mean",
        ),
        _part("the batches", ABOUT_BATCHES, [], 0.3, "section 3.5, permutations and the last batch"),
        _part("evaluate", ABOUT_EVALUATE, [], 0.2, "section 3.5, what is reported"),
    ),
)
