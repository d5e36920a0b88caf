"""What is right and wrong in `local_smoothness`: |grad f(w + u) - grad f(w)| / |u|, one norm over all parameters.

The value is computed on rows that are all alike, where the minibatch and the whole set have the same gradient.
"""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import Edit, accepted, edit
from autograder.catalogue.ways import solution_part
from autograder.kits.told_apart import told_apart
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

NORM = "return torch.cat([tensor.flatten() for tensor in tensors]).norm()"
ENTRIES = NORM.removesuffix(".norm()")
COPIES = "here, there = copy.deepcopy(net), copy.deepcopy(net)"
ROWS = "rows = torch.randint(len(X), (batch_size,))"
STEP = "-learning_rate * g"
RATIO = "float(norm(change) / norm(step))"
RETURNED = f"return {RATIO}"


def _norm(name: str, says: str, new: str, pairs: bool = False) -> Edit:
    return edit(name, says, {NORM: new}, pairs=pairs)


def _ratio(name: str, says: str, new: str) -> Edit:
    return edit(name, says, {RATIO: f"float({new})"}, pairs=False)


def _per_tensor(what: str, reduced: str) -> Edit:
    return _ratio(
        "ratio-per-tensor",
        f"There is one ratio per tensor, and {what}. The text asks for one norm over all parameters in the "
        f"numerator and one in the denominator.",
        f"torch.stack([c.norm() / u.norm() for c, u in zip(change, step)]).{reduced}()",
    )


MISTAKES = (
    _norm(
        "root-of-summed-norms",
        "The norms of the single tensors are added up without being squared, and a root is taken of the sum. This "
        "is not a norm: the result is roughly the square root of the smoothness, and has another unit.",
        "return sum(tensor.norm() for tensor in tensors).sqrt()",
        pairs=True,
    ),
    _norm(
        "sum-of-norms",
        "The norms of the single tensors are added up. The norm over all parameters is the root of the sum of their "
        "squares, as if all were one long vector.",
        "return sum(tensor.norm() for tensor in tensors)",
        pairs=True,
    ),
    _ratio(
        "mean-of-norms",
        "The norms are averaged per tensor (or the root mean square is taken), which is a norm up to a factor that "
        "cancels only if both sides agree.",
        "sum(c.norm() for c in change) / len(change) / norm(step)",
    ),
    _norm(
        "squared-norms",
        "The norms are left squared: this is the square of the smoothness.",
        f"{ENTRIES}.square().sum()",
        pairs=True,
    ),
    _per_tensor("these are averaged", "mean"),
    _per_tensor("these are added up", "sum"),
    _per_tensor("the largest is taken", "max"),
    _norm("first-tensor-only", "Only the first tensor of the parameters is counted.", "return tensors[0].norm()"),
    _norm("last-tensor-only", "Only the last tensor of the parameters is counted.", "return tensors[-1].norm()"),
    _norm(
        "weights-only",
        "The biases are left out of the norms.",
        NORM.replace("in tensors", "in tensors if tensor.ndim > 1"),
    ),
    _norm("largest-entry", "This is the largest entry, and not the Euclidean norm.", f"{ENTRIES}.abs().max()"),
    _norm(
        "sum-of-absolute-values",
        "The norm is the sum of the absolute values; the text asks for the Euclidean one.",
        f"{ENTRIES}.abs().sum()",
    ),
    _ratio(
        "not-divided",
        "The change of the gradient is not divided by the length of the step, so a larger step looks rougher.",
        "norm(change)",
    ),
    _ratio(
        "divided-by-learning-rate",
        "The change of the gradient is divided by the learning rate; the length of the step is the learning rate times "
        "the length of the gradient.",
        "norm(change) / learning_rate",
    ),
    _ratio(
        "divided-by-gradient",
        "The change is divided by the length of the gradient; the step is shorter, by the learning rate.",
        "norm(change) / norm(gradient(here, X, y))",
    ),
    _ratio(
        "divided-by-squared-step",
        "The function divides by the squared length of the step.",
        "norm(change) / norm(step) ** 2",
    ),
    _ratio("upside-down", "This is the step over the change of the gradient.", "norm(step) / norm(change)"),
    edit("uphill", "The step goes up the gradient and not down.", {STEP: "learning_rate * g"}),
    edit(
        "learning-rate-ignored",
        "The step is the gradient itself; the learning rate does not count.",
        {STEP: "-g"},
    ),
    edit(
        "difference-of-lengths",
        "This is how much the length of the gradient changes. A gradient can turn around and keep its length: take the "
        "length of the difference.",
        {RATIO: "float(abs(norm(gradient(there, X, y)) - norm(gradient(here, X, y))) / norm(step))"},
    ),
    _ratio(
        "difference-of-lengths",
        "This is how much the length of the gradient changes, with its sign. A gradient can turn around and keep its "
        "length: take the length of the difference.",
        "(norm(gradient(there, X, y)) - norm(gradient(here, X, y))) / norm(step)",
    ),
    _ratio(
        "change-of-the-loss",
        "This is the change of the loss along the step. The smoothness asks how the gradient changes.",
        "abs(compute_objective(there, X, y) - compute_objective(here, X, y)) / norm(step)",
    ),
    edit(
        "gradient-does-not-move",
        "Both gradients are taken at the same place, so the change is zero: a copy that is not moved, or a net that is "
        "moved before the first gradient is kept.",
        {"gradient(there, X, y)": "gradient(here, X, y)"},
        share=0.0,
        pairs=False,
    ),
    edit(
        "summed-loss",
        "The loss is the sum over the examples, and not their mean, so everything grows with their number.",
        {"torch.autograd.grad(": "torch.autograd.grad(len(labels) * "},
    ),
    edit(
        "minibatch-summed",
        "The step comes from the sum of the gradients of the minibatch; it is their mean.",
        {STEP: "-learning_rate * batch_size * g"},
    ),
    edit(
        "minibatch-mean-twice",
        "The gradient of the minibatch is divided by the batch size although it is a mean already.",
        {STEP: "-learning_rate / batch_size * g"},
        pairs=False,
    ),
)

AFTERWARDS_MISTAKES = (
    edit(
        "statistics-disturbed",
        "The running statistics of the net have moved: a forward pass in training mode updates them, so the "
        "measurement changes the net that is being trained. Measure on a copy.",
        {COPIES: "here, there = net, copy.deepcopy(net)"},
    ),
    edit(
        "parameters-moved",
        "The parameters of the net are not exactly what they were: adding what was subtracted leaves rounding errors.",
        {RETURNED: f"for parameter in net.parameters():\n    parameter.data += 1e-12\n{RETURNED}"},
    ),
    edit(
        "parameters-and-statistics-moved",
        MOVED_AND_STATISTICS_CHANGED,
        {COPIES: "here, there = copy.deepcopy(net), net"},
    ),
    edit("mode-changed", MODE_CHANGED, {RETURNED: f"net.eval()\n{RETURNED}"}, share=0.75),
    edit(
        "mode-changed",
        f"{MODE_CHANGED[:-1]}, and was measured in evaluation mode.",
        {COPIES: f"net.eval()\n{COPIES}"},
        share=0.75,
    ),
    edit(
        "modes-mixed",
        "Some of the gradients are taken in training mode and some in evaluation mode. With batch normalization these "
        "are two different functions.",
        {"change = [": "here.eval()\nthere.eval()\nchange = ["},
    ),
    edit(
        "gradient-of-minibatch",
        "The two gradients that are compared are those of a minibatch; they should be those of the whole set.",
        {
            "gradient(here, X, y)": "gradient(here, X[rows], y[rows])",
            "gradient(there, X, y)": "gradient(there, X[rows], y[rows])",
        },
    ),
    edit(
        "step-from-whole-set",
        "The step is that of the whole set; training steps come from a minibatch.",
        {ROWS: "rows = torch.arange(len(X))"},
    ),
    edit(
        "same-minibatch-every-time",
        "The minibatch is the same in every call.",
        {ROWS: "rows = torch.arange(batch_size)"},
        share=0.75,
    ),
)
AFTERWARDS_CONVENTIONS = (
    accepted(
        "evaluation-mode",
        "Accepted: measured in evaluation mode, where batch normalization is a fixed linear map. The text measures the "
        "function that training descends on, with the statistics of the batch.",
        {COPIES: "here, there = copy.deepcopy(net).eval(), copy.deepcopy(net).eval()"},
    ),
    accepted(
        "gradients-left",
        GRADIENTS_LEFT,
        {COPIES: f"for parameter in net.parameters():\n    parameter.grad = torch.ones_like(parameter)\n{COPIES}"},
    ),
    accepted(
        "carries-a-graph",
        "Accepted, but the number still carries a graph, which costs memory.",
        {RATIO: "(norm(change) / norm(step)).requires_grad_()"},
    ),
)
AFTERWARDS = {
    "modes_mixed": Label("some of the losses in training mode and some in evaluation mode", statement=True),
    "whole_set_used": Label("both gradients are those of the whole set", statement=True),
    "minibatch_drawn": Label("the step comes from a minibatch", statement=True),
    "fresh_minibatch": Label("another minibatch the next time", statement=True),
    **AFTERWARDS_LABELS,
    # Last, since accepted conventions turn these, too: whoever has made a mistake is shown that.
    "measured_in_training_mode": Label("measured in training mode", statement=True),
    "plain_number": Label("a number without a graph", statement=True),
}
WORDS = {"X": "images", "y": "labels", "g": "gradient", "u": "step", "a": "first gradient", "b": "second gradient"}


PART = solution_part(
    "local_smoothness",
    "the ratio",
    MISTAKES,
    labels={"smoothness": Label("smoothness", "learning rate", "with")},
    reread="section 5.2, the definition, and the norm over all parameters",
    weight=5.0,
    words=WORDS,
    follows=(
        "follows-own-objective",
        "Your function uses compute_objective as it should. The values follow from your version of it; a mistake "
        "there is counted in its exercise.",
    ),
)


def generate(rng: np.random.Generator) -> Inputs:
    """Draw the nets, one row to repeat, rows that all differ, and two learning rates far apart.

    Until no two mistakes agree: the first tensor may be the one whose ratio is the largest.
    """
    while True:
        inputs = {
            **fresh_nets(rng),
            **fresh_rows(rng, "row", 1, side=2),
            **fresh_rows(rng, "rows", 14),
            "copies": np.array(6),
            "batch_size": np.array(4),
            "learning_rates": np.array([rng.uniform(0.1, 0.2), rng.uniform(0.7, 0.9)]),
        }
        if told_apart(PART, PART.misconceptions[: len(MISTAKES)], inputs):
            return inputs


ANSWER = Answer(
    "local_smoothness",
    generate,
    (
        PART,
        solution_part(
            "local_smoothness",
            "the net afterwards",
            AFTERWARDS_MISTAKES,
            conventions=AFTERWARDS_CONVENTIONS,
            with_changes=False,
            labels=AFTERWARDS,
            reread="section 5.2, leaving no trace",
            weight=3.0,
        ),
    ),
)
