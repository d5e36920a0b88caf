"""The measuring functions of `logs` as named steps, and their mistakes."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from autograder.kits.programs import as_function, perform
from autograder.kits.rules import Mistake, Rule

__all__ = [
    "ABOUT_LOGS", "ABOUT_MEASURES", "LOGS", "LOGS_VARIANTS", "MEASURES", "logs_of", "measures_of",
]  # fmt: skip

Function = Callable[..., Any]

MEASURES: Rule = {
    "was": lambda s: s.net.training,
    "mode": lambda s: None,
    "logits": lambda s: s.net(s.X),
    "objective": lambda s: cross_entropy(s.logits, s.y),
    "right": lambda s: (s.logits.argmax(dim=1) == s.y).double(),
    "accuracy": lambda s: s.right.mean(),
    "afterwards": lambda s: None,
}


def measures_of(program: Rule) -> tuple[Function, Function]:
    """Return `compute_objective` and `compute_accuracy` of a program."""

    def measure(name: str) -> Function:
        return lambda net, x, y: getattr(perform(program, measure=name, net=net, X=x, y=y), name)

    return measure("objective"), measure("accuracy")


SWITCHED = (
    "The function puts the net into evaluation mode; the text asks for a measure in whatever mode the net is. A net in "
    "training is then {what}."
)


def _switched(measures: tuple[str, ...], what: str, afterwards: Rule) -> Mistake:
    def enter(s: SimpleNamespace) -> Any:
        return s.net.eval() if s.measure in measures else None

    return Mistake("switched-to-evaluation", SWITCHED.format(what=what), {"mode": enter, **afterwards})


# In both functions or in one of them, and put back or not.
IN_EVALUATION = tuple(
    _switched(measures, what, afterwards)
    for measures in (("objective", "accuracy"), ("objective",), ("accuracy",))
    for what, afterwards in (
        ("measured, and left, in another mode than it was", {}),
        ("measured in another mode than it is", {"afterwards": lambda s: s.net.train(s.was)}),
    )
)
ABOUT_MEASURES = (
    Mistake(
        "sum-for-mean",
        "The loss is the sum over the examples; the text asks for their mean.",
        {"objective": lambda s: cross_entropy(s.logits, s.y, reduction="sum")},
    ),
    Mistake(
        "softmax-before-cross-entropy",
        "cross_entropy takes logits and applies the softmax itself; here it gets probabilities, so the softmax is "
        "applied twice.",
        {"objective": lambda s: cross_entropy(s.logits.softmax(dim=1), s.y)},
    ),
    Mistake(
        "accuracy-in-percent",
        "The accuracy is in percent; the text asks for a fraction between 0 and 1.",
        {"accuracy": lambda s: 100 * s.right.mean()},
        share=0.75,
    ),
    Mistake(
        "accuracy-as-count",
        "This is the number of right answers; the text asks for their share.",
        {"accuracy": lambda s: s.right.sum()},
        share=0.75,
    ),
    Mistake(
        "error-for-accuracy",
        "This is the share of wrong answers.",
        {"accuracy": lambda s: 1 - s.right.mean()},
    ),
    Mistake(
        "argmax-over-examples",
        "The largest logit is looked for among the examples and not among the classes.",
        {"accuracy": lambda s: _padded(s.logits.argmax(dim=0), s.y)},
    ),
    Mistake(
        "all-pairs",
        "Every answer is compared with every label, through broadcasting.",
        {"accuracy": lambda s: (s.logits.argmax(dim=1)[:, None] == s.y).double().mean()},
    ),
    Mistake(
        "switched-to-training",
        "The function puts the net into training mode, so that it measures with the statistics of the batch, and "
        "changes the running ones.",
        {"mode": lambda s: s.net.train()},
    ),
    *IN_EVALUATION,
)


def _padded(answers: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return (answers == labels[: len(answers)]).double().mean()


LOGS: Rule = {
    "was": lambda s: s.net.training,
    "enter": lambda s: s.net.eval(),
    "train": lambda s: (s.X_train, s.y_train),
    "test": lambda s: (s.X_test, s.y_test),
    "loss": lambda s: lambda X, y: cross_entropy(s.net(X), y).item(),
    "accuracy": lambda s: lambda X, y: float((s.net(X).argmax(1) == y).double().mean()),
    "values": lambda s: (s.loss(*s.train), s.accuracy(*s.train), s.loss(*s.test), s.accuracy(*s.test)),
    "order": lambda s: s.values,
    "leave": lambda s: s.net.train(s.was),
    "returned": lambda s: s.order,
}


def logs_of(program: Rule) -> Function:
    """Return `compute_logs` of a program."""
    return as_function(program, "net", "X_train", "y_train", "X_test", "y_test")


NEVER_EVALUATED = (
    "The net stays in training mode while it is measured: batch normalization uses the statistics of the measured "
    "images, and its running statistics change, so that looking at the test set changes the model."
)
ABOUT_LOGS = (
    Mistake("measured-in-training-mode", NEVER_EVALUATED, {"enter": lambda s: None}),
    Mistake("measured-in-training-mode", NEVER_EVALUATED, {"enter": lambda s: s.net.train()}, pairs=False),
    Mistake(
        "left-in-evaluation-mode",
        "The net stays in evaluation mode, so from here on it is trained with the running statistics.",
        {"leave": lambda s: None},
    ),
    Mistake(
        "always-back-to-training",
        "The net is put into training mode whatever it was in before; ask before you switch.",
        {"leave": lambda s: s.net.train()},
        share=0.75,
    ),
    Mistake(
        "accuracies-in-percent",
        "The accuracies are in percent; the text asks for fractions.",
        {"accuracy": lambda s: lambda X, y: float((s.net(X).argmax(1) == y).double().mean()) * 100},
        share=0.75,
    ),
    Mistake(
        "test-is-train",
        "The test entries are those of the training images.",
        {"test": lambda s: (s.X_train, s.y_train)},
    ),
    Mistake(
        "sets-exchanged",
        "Training and test entries are exchanged.",
        {"order": lambda s: (*s.values[2:], *s.values[:2])},
        share=0.75,
    ),
    Mistake(
        "losses-first",
        "The order is another one: both losses come first, then both accuracies.",
        {"order": lambda s: (s.values[0], s.values[2], s.values[1], s.values[3])},
        share=0.75,
    ),
    Mistake(
        "accuracy-first",
        "Loss and accuracy are exchanged.",
        {"order": lambda s: (s.values[1], s.values[0], s.values[3], s.values[2])},
        share=0.75,
    ),
)
LOGS_VARIANTS = (
    Mistake(
        "carries-a-graph",
        "Accepted, but the losses carry a graph: a list of them keeps every pass in memory.",
        {"loss": lambda s: lambda X, y: cross_entropy(s.net(X), y)},
        share=1.0,
    ),
)
