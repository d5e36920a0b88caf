"""The mistakes about `evaluate` in `training_epoch`: each replaces steps of the evaluation in `training_loop`."""

from __future__ import annotations

from autograder.kits.rules import Mistake

__all__ = ["ABOUT_EVALUATE", "ATTACHED"]

ABOUT_EVALUATE = (
    Mistake(
        "sum-for-mean",
        "The loss is the sum over the examples; the text asks for their mean.",
        {"loss": lambda s: s.each.sum()},
    ),
    Mistake(
        "accuracy-in-percent",
        "The accuracy is in percent; the text asks for a fraction between 0 and 1.",
        {"accuracy": lambda s: 100 * s.right.mean()},
        share=0.75,
    ),
    Mistake(
        "accuracy-as-count",
        "The accuracy is the number of right answers; the text asks for their fraction.",
        {"accuracy": lambda s: s.right.sum()},
        share=0.75,
    ),
    Mistake(
        "error-for-accuracy",
        "This is the fraction of wrong answers; the accuracy is that of right ones.",
        {"accuracy": lambda s: 1 - s.right.mean()},
    ),
    Mistake(
        "threshold-for-logits",
        "Every example counts as a 1: a probability is compared with 0, where a logit would be. Its threshold is 1/2.",
        {"threshold": lambda s: 0.0},
    ),
    Mistake(
        "all-pairs",
        "Each output is compared with the labels of all examples: a column (N, 1) meets a vector (N,).",
        {"right": lambda s: ((s.p > s.threshold)[:, None] == (s.targets > 0.5)).double()},
    ),
    Mistake(
        "results-exchanged",
        "Loss and accuracy have changed places.",
        {"returned": lambda s: (s.accuracy.item(), s.loss.item())},
        share=0.75,
    ),
)
ATTACHED = Mistake(
    "graph-kept",
    "Accepted: the values are right. They carry the graph of the whole pass with them; under no_grad, or as plain "
    "numbers, they would not.",
    {"returned": lambda s: (s.loss, s.accuracy)},
    share=1.0,
)
