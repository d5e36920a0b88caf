"""The mistakes about `loss_along_gradient`: about the range, and about what is left of the net."""

from __future__ import annotations

import numpy as np
from torch.nn.functional import cross_entropy

from autograder.kits.gradient_line import loss_at
from autograder.kits.module_manners import turned
from autograder.kits.rules import Mistake
from autograder.kits.watched_inputs import AFTERWARDS_LABELS
from course_utils.checks.labels import Label

__all__ = ["MANNERS", "MANNER_MISTAKES", "MANNER_VARIANTS", "MISTAKES", "VARIANTS"]

MISTAKES = (
    Mistake(
        "uphill",
        "The net moves up the gradient; training moves down.",
        {"direction": lambda s: s.unit},
    ),
    Mistake(
        "steps-add-up",
        "Each step starts where the one before ended. All are to start at the same place.",
        {"places": lambda s: np.cumsum(s.lengths).tolist()},
    ),
    Mistake(
        "start-included",
        "The loss at the start is counted too; it belongs to the range only if 0 is among the lengths.",
        {"places": lambda s: [0.0, *s.lengths]},
        share=0.75,
    ),
    Mistake(
        "direction-per-tensor",
        "Every tensor is divided by its own norm, which changes the direction. One norm serves all parameters.",
        {"unit": lambda s: [g / g.norm() for g in s.gradient]},
    ),
    Mistake(
        "sign-of-the-gradient",
        "The direction is the sign of the gradient, not the gradient.",
        {"unit": lambda s: [g.sign() for g in s.gradient]},
    ),
    Mistake(
        "summed-loss",
        "The loss is the sum over the examples, and not their mean.",
        {"loss": lambda s: lambda net: cross_entropy(net(s.x), s.y, reduction="sum")},
    ),
    Mistake(
        "exchanged",
        "The highest loss comes first; the text asks for the lowest, then the highest.",
        {"lowest": lambda s: max(s.losses), "highest": lambda s: min(s.losses)},
        share=0.75,
    ),
    Mistake(
        "change-of-the-loss",
        "These are changes of the loss, from the start; the text asks for the losses themselves.",
        {"losses": lambda s: [loss_at(s, length) - loss_at(s, 0.0) for length in s.places]},
        share=0.75,
    ),
    Mistake(
        "width-of-the-range",
        "The second value is the width of the range; the text asks for the highest loss.",
        {"highest": lambda s: max(s.losses) - min(s.losses)},
        share=0.75,
    ),
    Mistake(
        "first-and-last",
        "These are the losses at the first and at the last length. Between them the loss may be lower, or higher.",
        {"lowest": lambda s: s.losses[0], "highest": lambda s: s.losses[-1]},
    ),
    Mistake(
        "last-length-only",
        "Only the last length counts: both ends of the range are the same.",
        {"losses": lambda s: [loss_at(s, s.places[-1])]},
        pairs=False,
    ),
    Mistake(
        "never-moved",
        "The loss is that of the start for every length: the net that is measured was not moved.",
        {"losses": lambda s: [loss_at(s, 0.0)]},
        pairs=False,
    ),
)
VARIANTS = (
    Mistake(
        "multiples-of-the-gradient",
        "Accepted: the lengths multiply the gradient, as a learning rate does. The text moves by a distance, so that "
        "nets with other gradients are compared at the same one.",
        {"unit": lambda s: s.gradient},
        share=1.0,
    ),
    Mistake(
        "evaluation-mode",
        "Accepted: measured in evaluation mode. The text measures the function that training descends on, with the "
        "statistics of the batch.",
        {"training": lambda s: False},
        share=1.0,
    ),
)
MANNERS = {**AFTERWARDS_LABELS, "plain_numbers": Label("numbers without a graph", statement=True)}
STATISTICS = (
    "The running statistics of the net have moved: every forward pass in training mode updates them. Measure on a copy."
)
MANNER_MISTAKES = (
    turned("statistics-disturbed", STATISTICS, {"statistics_kept": 0.0}),
    turned(
        "parameters-moved",
        "The net was moved, and not put back exactly: adding what was subtracted leaves rounding errors.",
        {"parameters_kept": 0.0},
    ),
    turned(
        "parameters-and-statistics-moved",
        "The net was moved and not put back exactly, and its running statistics have changed too. Adding what was "
        "subtracted leaves rounding errors; measure on a copy.",
        {"parameters_kept": 0.0, "statistics_kept": 0.0},
    ),
    turned("mode-changed", "The net is not in the mode in which it was given.", {"modes_kept": 0.0}, share=0.75),
)
MANNER_VARIANTS = (
    turned(
        "gradients-left",
        "Accepted, but the gradients stay in .grad; a training loop that does not clear them first would add to them.",
        {"no_gradients": 0.0},
    ),
    turned("carries-a-graph", "Accepted, but the numbers still carry a graph.", {"plain_numbers": 0.0}),
)
