"""The mistakes about `training_epoch`: each replaces steps of the loop in `training_loop`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from torch.nn.functional import binary_cross_entropy

from autograder.kits.rules import Mistake
from autograder.kits.training_loop import clear, forward, slices, take_step

__all__ = [
    "ABOUT_BATCHES",
    "ABOUT_UPDATES",
    "MEASURED_AFTER",
]


def _step_then_clear(s: SimpleNamespace) -> None:
    take_step(s.trained, s.lr)
    clear(s.leaves)


def _moving_average(decay: float) -> Mistake:
    def loss(s: SimpleNamespace) -> float:
        smooth = 0.0
        for value in s.losses:
            smooth = decay * smooth + (1 - decay) * value
        return smooth

    said = (
        "The loss reported is a moving average that starts at zero, so it is far too small in the first batches. "
        "The text asks for the mean over the examples of the epoch."
    )
    return Mistake("moving-average-from-zero", said, {"loss": loss}, share=0.75)


def _whole(s: SimpleNamespace) -> tuple[float, float]:
    with torch.no_grad():
        p = forward(s.params, s.x)
        return float(binary_cross_entropy(p, s.y)), float(((p > 0.5) == (s.y > 0.5)).double().mean())


def _random_batches(s: SimpleNamespace, count: int) -> list[Any]:
    return [torch.randint(s.n, (s.size,)) for _ in range(count)]


DROPPED = Mistake(
    "last-batch-dropped",
    "The last batch, which is smaller, is left out: some examples are not used in an epoch.",
    {"batches": lambda s: slices(torch.arange(s.n), s.size, s.n // s.size)},
)
REPLACED = Mistake(
    "with-replacement",
    "Some rows occur twice in an epoch and others not at all: these are draws with replacement. An epoch is a pass "
    "over a permutation.",
    {"batches": lambda s: _random_batches(s, -(-s.n // s.size))},
)
EMPTY = Mistake(
    "empty-batch",
    "One batch too many: where the batch size divides the number of examples the last batch is empty, and the mean "
    "over no examples is not a number.",
    {"batches": lambda s: slices(torch.arange(s.n), s.size, s.n // s.size + 1)},
    pairs=False,
)
MEASURED_AFTER = Mistake(
    "measured-after-the-epoch",
    "Accepted: loss and accuracy are measured over the whole set after the epoch. The text takes the mean over the "
    "batches while the parameters move, which costs no second pass and is a little behind.",
    {"loss": lambda s: _whole(s)[0], "accuracy": lambda s: _whole(s)[1]},
    share=1.0,
)
ABOUT_UPDATES = (
    Mistake(
        "ascent",
        "The parameters move along the gradient, uphill, so the loss rises with a positive learning rate. A negative "
        "learning rate hides it; the sign belongs into the update.",
        {"step": lambda s: take_step(s.trained, -s.lr)},
    ),
    Mistake(
        "learning-rate-ignored",
        "The length of the steps does not depend on the learning rate.",
        {"step": lambda s: take_step(s.trained, 1.0)},
    ),
    Mistake(
        "gradients-accumulate",
        "The gradients are never set to zero, so each batch adds its own to those of all batches before.",
        {"before": lambda s: None},
    ),
    Mistake(
        "cleared-once-per-epoch",
        "The gradients are set to zero once per epoch: each batch adds its own to those of the batches before it.",
        {"before": lambda s: None if s.losses else clear(s.leaves)},
    ),
    Mistake(
        "cleared-before-step",
        "Nothing is learned: the gradients are cleared after the backward pass and before the step that should use "
        "them.",
        {"after": lambda s: clear(s.leaves)},
    ),
    Mistake(
        "new-tensors",
        "Nothing is learned, although gradients are computed: the update makes new tensors, p = p - ..., and the "
        "network keeps the old ones.",
        {"step": lambda s: None},
    ),
    Mistake(
        "step-before-backward",
        "The step comes before the backward pass: each batch uses the gradient of the batch before.",
        {"before": _step_then_clear, "step": lambda s: None},
    ),
    Mistake(
        "summed-loss",
        "The gradient is that of the sum over the batch, not of the mean: the steps grow with the batch size, and the "
        "last, smaller batch makes smaller ones.",
        {"objective": lambda s: s.each.sum()},
    ),
    DROPPED,
    REPLACED,
    EMPTY,
    Mistake(
        "biases-not-trained",
        "The weights are trained, the biases stay where they were.",
        {"trained": lambda s: s.leaves[::2]},
    ),
    Mistake(
        "last-layer-only",
        "Only the last layer is trained.",
        {"trained": lambda s: s.leaves[-2:]},
    ),
    Mistake(
        "unweighted-mean",
        "The mean over the batches counts the smaller last batch as much as a full one, so its examples count more.",
        {"weights": lambda s: [1.0] * len(s.batches)},
        share=0.75,
    ),
    Mistake(
        "last-batch-reported",
        "Loss and accuracy are those of the last batch only, not of the epoch.",
        {"loss": lambda s: s.losses[-1], "accuracy": lambda s: s.accuracies[-1]},
        share=0.75,
    ),
    Mistake(
        "loss-summed-over-batches",
        "The loss reported is the sum over the batches, so it grows with their number.",
        {"loss": lambda s: sum(s.losses)},
        share=0.75,
    ),
    Mistake(
        "divided-by-full-batches",
        "The sum over all batches is divided by the number of full ones.",
        {
            "loss": lambda s: sum(s.losses) / (s.n // s.size),
            "accuracy": lambda s: sum(s.accuracies) / (s.n // s.size),
        },
        share=0.75,
    ),
    Mistake(
        "batch-means-over-examples",
        "The means of the batches are added up and divided by the number of examples; each mean stands for as many "
        "examples as its batch has.",
        {"loss": lambda s: sum(s.losses) / s.n, "accuracy": lambda s: sum(s.accuracies) / s.n},
        share=0.75,
    ),
    Mistake(
        "accuracy-in-percent",
        "The accuracy is in percent; the text asks for a fraction between 0 and 1.",
        {"batch_accuracy": lambda s: 100 * float(((s.p > 0.5) == (s.targets > 0.5)).double().mean())},
        share=0.75,
    ),
    _moving_average(0.9),
    _moving_average(0.99),
)
ABOUT_BATCHES = (
    DROPPED,
    REPLACED,
    Mistake(
        REPLACED.id,
        REPLACED.says,
        {"batches": lambda s: _random_batches(s, s.n // s.size)},
    ),
    Mistake(
        REPLACED.id,
        REPLACED.says,
        {"batches": lambda s: [b[: s.n % s.size] if i else b for i, b in enumerate(_random_batches(s, 2))][::-1]},
        pairs=False,
    ),
    Mistake(
        "not-shuffled",
        "The rows are taken in the order in which they stand, in every epoch.",
        {"order": lambda s: torch.arange(s.n)},
    ),
    Mistake(
        "same-order-every-epoch",
        "The rows are shuffled, but in the same way in every epoch: the generator is seeded inside the function.",
        {"order": lambda s: torch.arange(s.n).flip(0)},
    ),
    Mistake(
        "pairs-broken",
        "Inputs and labels no longer belong together: they are shuffled separately, or a column (N, 1) meets a vector "
        "(N,) and makes a table of all pairs.",
        {"label_order": lambda s: torch.randperm(s.n)},
    ),
)
