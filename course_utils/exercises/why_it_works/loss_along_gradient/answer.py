"""What is right and wrong in `loss_along_gradient`: lowest and highest loss at given distances down the gradient."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import accepted, edit
from autograder.catalogue.ways import solution_part
from autograder.kits.watched_inputs import (
    AFTERWARDS_LABELS,
    GRADIENTS_LEFT,
    MODE_CHANGED,
    MOVED_AND_STATISTICS_CHANGED,
    fresh_nets,
    fresh_rows,
)
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

LENGTHS = "for length in step_lengths:"
RETURNED = "return min(losses), max(losses)"
COPY = "work = copy.deepcopy(net)"

MISTAKES = (
    edit(
        "uphill",
        "The net moves up the gradient; training moves down.",
        {"origin - length": "origin + length"},
    ),
    edit(
        "steps-add-up",
        "Each step starts where the one before ended. All should start at the same place.",
        {"parameter.copy_(origin": "parameter.copy_(parameter"},
    ),
    edit(
        "start-included",
        "The loss at the start is counted too; it belongs to the range only if 0 is among the lengths.",
        {LENGTHS: "for length in [0.0, *step_lengths]:"},
        share=0.75,
    ),
    edit(
        "direction-per-tensor",
        "Every tensor is divided by its own norm, which changes the direction. One norm serves all parameters.",
        {"g / norm": "g / g.norm()"},
    ),
    edit(
        "sign-of-the-gradient",
        "The direction is the sign of the gradient, not the gradient.",
        {"g / norm": "g.sign()"},
    ),
    edit(
        "summed-loss",
        "The loss is the sum over the examples, and not their mean.",
        {
            "compute_objective(work, X, y), parameters": "len(y) * compute_objective(work, X, y), parameters",
            "float(compute_objective(work, X, y))": "float(len(y) * compute_objective(work, X, y))",
        },
    ),
    edit(
        "exchanged",
        "The highest loss comes first; the text asks for the lowest, then the highest.",
        {RETURNED: "return max(losses), min(losses)"},
        share=0.75,
    ),
    edit(
        "change-of-the-loss",
        "These are changes of the loss, from the start; the text asks for the losses themselves.",
        {
            LENGTHS: "for length in [0.0, *step_lengths]:",
            RETURNED: f"losses = [loss - losses[0] for loss in losses[1:]]\n{RETURNED}",
        },
        share=0.75,
    ),
    edit(
        "width-of-the-range",
        "The second value is the width of the range; the text asks for the highest loss.",
        {RETURNED: f"{RETURNED} - min(losses)"},
        share=0.75,
    ),
    edit(
        "first-and-last",
        "These are the losses at the first and at the last length. Between them the loss may be lower, or higher.",
        {RETURNED: "return losses[0], losses[-1]"},
    ),
    edit(
        "last-length-only",
        "Only the last length counts: both ends of the range are the same.",
        {RETURNED: "return losses[-1], losses[-1]"},
        pairs=False,
    ),
    edit(
        "never-moved",
        "The loss is that of the start for every length: the net that is measured was not moved.",
        {"parameter.copy_": "parameter.clone().copy_"},
        pairs=False,
    ),
)
CONVENTIONS = (
    accepted(
        "multiples-of-the-gradient",
        "Accepted: the lengths multiply the gradient, as a learning rate does. The text moves by a distance, so that "
        "nets with other gradients are compared at the same one.",
        {"length * g / norm": "length * g"},
    ),
    accepted(
        "evaluation-mode",
        "Accepted: measured in evaluation mode. The text measures the function that training descends on, with the "
        "statistics of the batch.",
        {COPY: f"{COPY}.eval()"},
        # The net comes in training mode: few measure in the other one and make two mistakes besides.
        frequent=False,
    ),
)
LABELS = {
    "lowest": Label("lowest loss", "set of lengths", "for"),
    "highest": Label("highest loss", "set of lengths", "for"),
}

AFTERWARDS_MISTAKES = (
    edit(
        "statistics-disturbed",
        "The running statistics of the net have moved: every forward pass in training mode updates them. Measure on a "
        "copy.",
        {COPY: f"compute_objective(net, X, y)\n{COPY}"},
    ),
    edit(
        "parameters-moved",
        "The net was moved, and not put back exactly: adding what was subtracted leaves rounding errors.",
        {RETURNED: f"for parameter in net.parameters():\n    parameter.data += 1e-12\n{RETURNED}"},
    ),
    edit("parameters-and-statistics-moved", MOVED_AND_STATISTICS_CHANGED, {COPY: "work = net"}),
    edit("mode-changed", MODE_CHANGED, {COPY: f"{COPY}\nnet.eval()"}, share=0.75),
)
AFTERWARDS_CONVENTIONS = (
    accepted(
        "gradients-left",
        GRADIENTS_LEFT,
        {COPY: f"for parameter in net.parameters():\n    parameter.grad = torch.ones_like(parameter)\n{COPY}"},
    ),
    accepted(
        "carries-a-graph",
        "Accepted, but the numbers still carry a graph.",
        {RETURNED: "graph = 0 * parameters[0].sum()\nreturn graph + min(losses), graph + max(losses)"},
    ),
)
WORDS = {"g": "gradient", "origin": "starting point", "norm": "norm of the gradient", "work": "copied net"}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw a net, rows, and lengths that neither start nor end with the shortest or the longest.

    Of the short lengths, the start is the highest place; along the long ones the loss falls and rises again.
    """
    return {
        **fresh_nets(rng),
        **fresh_rows(rng, "rows", 14),
        "few_lengths": np.array([0.25, 0.7, 0.1, 0.4]) * rng.uniform(0.8, 1.2),
        "many_lengths": np.array([0.6, 6.0, 0.05, 1.4, 3.1, 2.2]) * rng.uniform(0.8, 1.2),
    }


ANSWER = Answer(
    "loss_along_gradient",
    generate,
    (
        solution_part(
            "loss_along_gradient",
            "the range",
            MISTAKES,
            conventions=CONVENTIONS,
            labels=LABELS,
            reread="section 5.3, one direction and many lengths",
            weight=3.0,
            words=WORDS,
            follows=(
                "follows-own-objective",
                "Your function uses compute_objective as it should. The values follow from your version of it; a "
                "mistake there is counted in its exercise.",
            ),
        ),
        solution_part(
            "loss_along_gradient",
            "the net afterwards",
            AFTERWARDS_MISTAKES,
            conventions=AFTERWARDS_CONVENTIONS,
            with_changes=False,
            labels={**AFTERWARDS_LABELS, "plain_numbers": Label("numbers without a graph", statement=True)},
            reread="section 5.2, leaving no trace",
            weight=1.0,
        ),
    ),
)
