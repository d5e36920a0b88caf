"""The answer to `cross_entropy`: the mean over examples of log(sum_k exp z_k) - z_label, in nats."""

from __future__ import annotations

import math

import numpy as np
import torch

from autograder.catalogue.answer import Answer, AnswerPart
from autograder.kits.library import LOSSES
from autograder.kits.programs import as_function, seen_by
from autograder.kits.rules import Mistake, Rule, alternatives
from course_utils.exercises.training_loop.cross_entropy.probe import PROBE
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

PROGRAM: Rule = {
    "z": lambda s: s.logits,
    "axis": lambda s: 1,
    "top": lambda s: s.z.amax(dim=s.axis, keepdim=True),
    "log_p": lambda s: s.z - s.top - torch.log(torch.exp(s.z - s.top).sum(dim=s.axis, keepdim=True)),
    "picked": lambda s: s.log_p[torch.arange(len(s.labels)), s.labels],
    "loss": lambda s: -s.picked.mean(),
    "returned": lambda s: s.loss,
}


def _through_the_probability(epsilon: float) -> Mistake:
    """Return the mistake with a constant in the logarithm, which is seen where a probability is 0."""
    return Mistake(
        "through-the-probability",
        "The logarithm is taken of a probability that has already rounded to 0, or was propped up by a small "
        "constant: a prediction that is wrong by more no longer costs more.",
        {"log_p": lambda s: torch.log(torch.exp(s.z - s.top) / torch.exp(s.z - s.top).sum(s.axis, True) + epsilon)},
        share=0.75,
    )


MISTAKES = (
    Mistake(
        "no-maximum-subtracted",
        "exp overflows for large logits. The same number may be subtracted from all logits of an example: take their "
        "maximum.",
        {"top": lambda s: torch.zeros(())},
    ),
    Mistake(
        "one-maximum-for-all",
        "One maximum is subtracted from the whole batch, so the exponentials of an example with small logits are all "
        "zero. Every example has its own maximum.",
        {"top": lambda s: s.z.max()},
        share=0.75,
    ),
    Mistake(
        "softmax-over-the-batch",
        "The probabilities of one class sum to 1 over the examples; those of one example should, over the classes.",
        {"axis": lambda s: 0},
    ),
    Mistake(
        "softmax-twice",
        "The softmax is applied twice: once to the logits and once inside the loss. The loss can then not come below "
        "log(1 + (K - 1)/e) for K classes.",
        {"z": lambda s: torch.softmax(s.logits, dim=1)},
    ),
    *map(_through_the_probability, (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 0.0)),
    Mistake(
        "logarithm-missing",
        "The probability of the label enters as it is; the loss is its negative logarithm.",
        {"log_p": lambda s: torch.exp(s.z - s.top) / torch.exp(s.z - s.top).sum(dim=s.axis, keepdim=True)},
    ),
    Mistake(
        "every-label-for-every-example",
        "Every example is charged for the labels of all examples: the index picks a square, N by N, instead of one "
        "entry per row.",
        {"picked": lambda s: s.log_p[:, s.labels]},
    ),
    Mistake(
        "averaged-over-classes",
        "The loss is too small by the number of classes: the mean goes over examples and classes, the text's over "
        "examples.",
        {"loss": lambda s: -s.picked.mean() / s.logits.shape[1]},
    ),
    Mistake(
        "sum-for-mean",
        "The losses of the examples are summed; the text asks for their mean, so that the batch size does not change "
        "the length of a step.",
        {"loss": lambda s: -s.picked.sum()},
    ),
    Mistake(
        "sign-flipped",
        "The loss is negative: a logarithm of a probability is below zero, and the loss is its negative.",
        {"loss": lambda s: s.picked.mean()},
    ),
    Mistake(
        "base-two",
        "The loss is in bits: the logarithm has base 2, the text uses the natural one.",
        {"loss": lambda s: -s.picked.mean() / math.log(2)},
    ),
    Mistake(
        "graph-cut",
        "The value is right, but no gradient flows back from it: somewhere the tensor became a plain number.",
        {"returned": lambda s: s.loss.detach()},
    ),
)
LABELS = {
    "loss": "loss",
    "gradient": "gradient (nan: not a number, or there is no graph)",
    "loss_shifted": "loss with the same number added to all logits (nan: not finite)",
    "loss_shifted_by_row": "loss with a number of its own added to the logits of each example (nan: not finite)",
    "loss_grows": "a prediction that is wrong by more costs more (1 = yes)",
    "loss_far": "loss of predictions that are far off",
    "inputs_left_alone": "inputs left as they were (1 = yes)",
}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw 6 examples of 4 classes; every class occurs, and the far examples have their label last."""
    labels = rng.permutation([0, 1, 2, 3, 0, 2])
    far = np.full((6, 4), rng.uniform(-20, 20))
    far[np.arange(6), labels] -= rng.uniform(1600, 2000, 6)
    shifts = rng.uniform(800, 1000, 6) * rng.permutation([1.0, -1.0, 0.0, 1.0, -1.0, 0.0])
    return {
        "logits": rng.normal(scale=1.2, size=(6, 4)),
        "labels": labels.astype(np.int64),
        "logits_far": far + rng.normal(size=(6, 4)),
        "shift": np.array(rng.uniform(800, 1000)),
        "shift_by_row": shifts[:, None],
    }


SIMULATE = seen_by(PROBE.parts[0], lambda changed: as_function(changed, "logits", "labels"))

ANSWER = Answer(
    "cross_entropy",
    generate,
    (
        AnswerPart(
            name="cross_entropy",
            reference=SIMULATE(PROGRAM),
            misconceptions=alternatives(PROGRAM, MISTAKES, SIMULATE),
            labels=LABELS,
            reread="section 3.2, the loss as the log of a sum of exponentials, less the label's logit",
            rtol=1e-5,
        ),
    ),
    by_hand=LOSSES,
)
