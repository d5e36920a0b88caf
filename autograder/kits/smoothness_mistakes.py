"""The mistakes about `local_smoothness`: about the ratio, and about what is left of the net."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.functional import cross_entropy

from autograder.kits.module_manners import turned
from autograder.kits.rules import Mistake
from autograder.kits.smoothness_rule import euclidean, moved, norms
from autograder.kits.watched_inputs import AFTERWARDS_LABELS
from course_utils.checks.labels import Label

__all__ = ["MANNER_LABELS", "MANNER_MISTAKES", "MANNER_VARIANTS", "MISTAKES"]


def _flat_norm(reduce: Any) -> Any:
    return lambda s: lambda tensors: reduce(norms(tensors))


def _per_tensor(what: str, reduce: Any) -> Mistake:
    return Mistake(
        "ratio-per-tensor",
        f"There is one ratio per tensor, and {what}. The text asks for one norm over all parameters above and one "
        "below.",
        {"ratio": lambda s: reduce(norms(s.change) / norms(s.step))},
        pairs=False,
    )


MISTAKES = (
    Mistake(
        "root-of-summed-norms",
        "The norms of the single tensors are added up without being squared, and a root is taken of the sum. That is "
        "no norm: the result is roughly the square root of the smoothness, and has another unit.",
        {"norm": _flat_norm(lambda norms: norms.sum().sqrt())},
    ),
    Mistake(
        "sum-of-norms",
        "The norms of the single tensors are added up. The norm over all parameters is the root of the sum of their "
        "squares, as if all were one long vector.",
        {"norm": _flat_norm(lambda norms: norms.sum())},
    ),
    Mistake(
        "mean-of-norms",
        "The norms are averaged per tensor (or the root mean square is taken), which is a norm up to a factor that "
        "cancels only if both sides agree.",
        {"top": lambda s: norms(s.change).mean(), "bottom": lambda s: euclidean(s.step)},
        pairs=False,
    ),
    Mistake(
        "squared-norms",
        "The norms are left squared: this is the square of the smoothness.",
        {"norm": _flat_norm(lambda norms: norms.square().sum())},
    ),
    _per_tensor("these are averaged", torch.mean),
    _per_tensor("these are added up", torch.sum),
    _per_tensor("the largest is taken", torch.max),
    Mistake(
        "first-tensor-only",
        "Only the first tensor of the parameters is counted.",
        {"norm": lambda s: lambda tensors: tensors[0].norm()},
        pairs=False,
    ),
    Mistake(
        "last-tensor-only",
        "Only the last tensor of the parameters is counted.",
        {"norm": lambda s: lambda tensors: tensors[-1].norm()},
        pairs=False,
    ),
    Mistake(
        "weights-only",
        "The biases are left out of the norms.",
        {"norm": lambda s: lambda tensors: euclidean([t for t in tensors if t.ndim > 1])},
        pairs=False,
    ),
    Mistake(
        "largest-entry",
        "This is the largest entry, and not the Euclidean norm.",
        {"norm": lambda s: lambda tensors: max(t.abs().max() for t in tensors)},
        pairs=False,
    ),
    Mistake(
        "sum-of-absolute-values",
        "The norm is the sum of the absolute values; the text asks for the Euclidean one.",
        {"norm": lambda s: lambda tensors: sum(t.abs().sum() for t in tensors)},
        pairs=False,
    ),
    Mistake(
        "not-divided",
        "The change of the gradient is not divided by the length of the step, so a larger step looks rougher.",
        {"ratio": lambda s: s.top},
        pairs=False,
    ),
    Mistake(
        "divided-by-learning-rate",
        "The change of the gradient is divided by the learning rate; the length of the step is the learning rate times "
        "the length of the gradient.",
        {"bottom": lambda s: torch.tensor(s.rate)},
        pairs=False,
    ),
    Mistake(
        "divided-by-gradient",
        "The change is divided by the length of the gradient; the step is shorter, by the learning rate.",
        {"bottom": lambda s: s.norm(s.start)},
        pairs=False,
    ),
    Mistake(
        "divided-by-squared-step",
        "It divides by the squared length of the step.",
        {"ratio": lambda s: s.top / s.bottom**2},
        pairs=False,
    ),
    Mistake(
        "upside-down",
        "This is the step over the change of the gradient.",
        {"ratio": lambda s: s.bottom / s.top},
        pairs=False,
    ),
    Mistake("uphill", "The step goes up the gradient and not down.", {"direction": lambda s: s.start}),
    Mistake(
        "learning-rate-ignored",
        "The step is the gradient itself; the learning rate does not count.",
        {"step": lambda s: s.direction},
    ),
    Mistake(
        "difference-of-lengths",
        "This is how much the length of the gradient changes. A gradient can turn around and keep its length: take the "
        "length of the difference.",
        {"top": lambda s: (s.norm(s.end) - s.norm(s.start)).abs()},
    ),
    Mistake(
        "difference-of-lengths",
        "This is how much the length of the gradient changes, with its sign. A gradient can turn around and keep its "
        "length: take the length of the difference.",
        {"top": lambda s: s.norm(s.end) - s.norm(s.start)},
        pairs=False,
    ),
    Mistake(
        "change-of-the-loss",
        "This is the change of the loss along the step. The smoothness asks how the gradient changes.",
        {"top": lambda s: (s.loss(moved(s)) - s.loss(s.net)).abs()},
        pairs=False,
    ),
    Mistake(
        "gradient-does-not-move",
        "Both gradients are taken at the same place, so the change is zero: a copy that is not moved, or a net that is "
        "moved before the first gradient is kept.",
        {"end": lambda s: s.start},
        share=0.0,
        pairs=False,
    ),
    Mistake(
        "summed-loss",
        "The loss is the sum over the examples, and not their mean, so everything grows with their number.",
        {
            "loss": lambda s: lambda net: cross_entropy(net(s.x), s.y, reduction="sum"),
            "direction": lambda s: [-g * s.size / len(s.x) for g in s.start],
        },
    ),
    Mistake(
        "minibatch-summed",
        "The step comes from the sum of the gradients of the minibatch; it is their mean.",
        {"direction": lambda s: [-s.size * g for g in s.start]},
    ),
    Mistake(
        "minibatch-mean-twice",
        "The gradient of the minibatch is divided by the batch size although it is a mean already.",
        {"direction": lambda s: [-g / s.size for g in s.start]},
        pairs=False,
    ),
)
MANNER_LABELS = {
    "modes_mixed": Label("some of the losses in training mode and some in evaluation mode", statement=True),
    "whole_set_used": Label("both gradients are those of the whole set", statement=True),
    "minibatch_drawn": Label("the step comes from a minibatch", statement=True),
    "fresh_minibatch": Label("another minibatch the next time", statement=True),
    **AFTERWARDS_LABELS,
    # Last, since accepted conventions turn these, too: whoever has made a mistake is shown that.
    "measured_in_training_mode": Label("measured in training mode", statement=True),
    "plain_number": Label("a number without a graph", statement=True),
}
STATISTICS = (
    "The running statistics of the net have moved: a forward pass in training mode updates them, so the net that is "
    "being trained is changed by being looked at. Measure on a copy."
)
MANNER_MISTAKES = (
    turned("statistics-disturbed", STATISTICS, {"statistics_kept": 0.0}),
    turned(
        "parameters-moved",
        "The parameters of the net are not exactly what they were: adding what was subtracted leaves rounding errors.",
        {"parameters_kept": 0.0},
    ),
    turned(
        "parameters-and-statistics-moved",
        "The net was moved and not put back exactly, and its running statistics have changed too. Adding what was "
        "subtracted leaves rounding errors; measure on a copy.",
        {"parameters_kept": 0.0, "statistics_kept": 0.0},
    ),
    turned("mode-changed", "The net is not in the mode in which it was given.", {"modes_kept": 0.0}, share=0.75),
    turned(
        "mode-changed",
        "The net is not in the mode in which it was given, and was measured in evaluation mode.",
        {"modes_kept": 0.0, "measured_in_training_mode": 0.0},
        share=0.75,
    ),
    turned(
        "modes-mixed",
        "Some of the gradients are taken in training mode and some in evaluation mode. With batch normalization these "
        "are two different functions.",
        {"modes_mixed": 1.0, "measured_in_training_mode": 0.0},
    ),
    turned(
        "gradient-of-minibatch",
        "The two gradients that are compared are those of a minibatch; they are to be those of the whole set.",
        {"whole_set_used": 0.0},
    ),
    turned(
        "step-from-whole-set",
        "The step is that of the whole set; training steps come from a minibatch.",
        {"minibatch_drawn": 0.0, "fresh_minibatch": 0.0},
    ),
    turned(
        "same-minibatch-every-time",
        "The minibatch is the same in every call.",
        {"fresh_minibatch": 0.0},
        share=0.75,
    ),
)
MANNER_VARIANTS = (
    turned(
        "evaluation-mode",
        "Accepted: measured in evaluation mode, where batch normalization is a fixed linear map. The text measures the "
        "function that training descends on, with the statistics of the batch.",
        {"measured_in_training_mode": 0.0},
    ),
    turned(
        "gradients-left",
        "Accepted, but the gradients stay in .grad; a training loop that does not clear them first would add to them.",
        {"no_gradients": 0.0},
    ),
    turned(
        "carries-a-graph", "Accepted, but the number still carries a graph, which costs memory.", {"plain_number": 0.0}
    ),
)
