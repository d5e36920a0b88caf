"""The answer to `bce`: the mean of -y log p - (1 - y) log(1 - p) in nats, from probabilities and from logits."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch.nn.functional import softplus

from autograder.catalogue.answer import Answer, AnswerPart
from autograder.kits.library import LOSSES
from autograder.kits.programs import as_function, part_of, seen_by
from autograder.kits.rules import Mistake, Rule, alternatives
from course_utils.exercises.training_loop.bce.probe import PROBE
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

PROBABILITIES: Rule = {
    "targets": lambda s: s.y,
    "p": lambda s: s.prediction,
    "log": lambda s: lambda p: torch.log(p + 1e-7),
    "each": lambda s: -s.targets * s.log(s.p) - (1 - s.targets) * s.log(1 - s.p),
    "loss": lambda s: s.each.mean(),
    "returned": lambda s: s.loss,
}
LOGITS: Rule = {
    "targets": lambda s: s.y,
    "z": lambda s: s.prediction,
    "each": lambda s: softplus(s.z, threshold=40.0) - s.targets * s.z,
    "loss": lambda s: s.each.mean(),
    "returned": lambda s: s.loss,
}

SHARED = (
    Mistake(
        "sum-for-mean",
        "The losses of the examples are summed; the text asks for their mean, so that the batch size does not change "
        "the length of a step.",
        {"loss": lambda s: s.each.sum()},
    ),
    Mistake(
        "sign-flipped",
        "The loss is negative: a logarithm of a probability is below zero, and the loss is its negative.",
        {"loss": lambda s: -s.each.mean()},
    ),
    Mistake(
        "labels-exchanged",
        "The two labels have changed places: a confident right prediction costs most.",
        {"targets": lambda s: 1 - s.y},
    ),
    Mistake(
        "base-two",
        "The loss is in bits: the logarithm has base 2, the text uses the natural one.",
        {"loss": lambda s: s.each.mean() / math.log(2)},
    ),
    Mistake(
        "graph-cut",
        "The value is right, but no gradient flows back from it: somewhere the tensor became a plain number.",
        {"returned": lambda s: s.loss.detach()},
    ),
)


def _wide(epsilon: float) -> Mistake:
    said = (
        "The constant that keeps the logarithm finite is so large that a perfect prediction still costs more than 1e-6."
    )
    return Mistake("epsilon-too-large", said, {"log": lambda s: lambda p: torch.log(p + epsilon)}, 0.75, pairs=False)


ABOUT_PROBABILITIES = (
    Mistake(
        "perfect-prediction-nan",
        "A perfect prediction gives NaN, since 0 times log 0 is not a number, and a completely wrong one infinity.",
        {"log": lambda s: torch.log},
    ),
    Mistake(
        "wrong-prediction-infinite",
        "A perfect prediction is all right, but one completely wrong prediction costs infinitely much, and so does "
        "every batch that contains it.",
        {"each": lambda s: -torch.xlogy(s.targets, s.p) - torch.xlogy(1 - s.targets, 1 - s.p)},
    ),
    Mistake(
        "only-exact-zero-and-one-mended",
        "The loss is finite, but only exactly at 0 and 1: there the gradient is zero or not a number, and right next "
        "to it, at a prediction of 1e-30, it is as large as 1e30.",
        {"log": lambda s: lambda p: torch.log(torch.where(p == 0, torch.full_like(p, 1e-7), p))},
        share=0.75,
    ),
    Mistake(
        "gradient-zero-where-clamped",
        "The loss is finite, but clamping cuts the gradient: where a prediction is completely wrong it is exactly "
        "zero, and nothing is learned from the worst mistakes.",
        {"log": lambda s: lambda p: torch.log(p.clamp(min=1e-7))},
        share=0.75,
    ),
    Mistake(
        "epsilon-too-small",
        "The loss is finite, but the constant in the logarithm is so small that gradients reach 1e20 and more.",
        {"log": lambda s: lambda p: torch.log(p + 1e-30)},
        share=0.75,
        pairs=False,
    ),
    Mistake(
        "positive-label-only",
        "Only examples with label 1 cost anything: the term for label 0 is missing.",
        {"each": lambda s: -s.targets * s.log(s.p)},
    ),
    Mistake(
        "plus-between-the-terms",
        "The two terms have opposite signs; both are losses, so both count with a minus sign.",
        {"each": lambda s: -s.targets * s.log(s.p) + (1 - s.targets) * s.log(1 - s.p)},
    ),
    Mistake(
        "arguments-exchanged",
        "Target and prediction have changed places: the logarithm is taken of the targets.",
        {"targets": lambda s: s.prediction, "p": lambda s: s.y},
    ),
    Mistake(
        "squared-error",
        "These are squared differences. The text asks for the cross-entropy, which comes from the likelihood.",
        {"each": lambda s: (s.targets - s.p) ** 2},
    ),
    *map(_wide, (1e-5, 1e-4, 1e-3)),
)
ABOUT_LOGITS = (
    Mistake(
        "through-the-probability",
        "Far from zero the sigmoid has already rounded to 0 or 1 before the logarithm is taken: the loss stops "
        "growing or is infinite, and the gradient is lost. Start from the logits themselves.",
        {
            "each": lambda s: (
                -s.targets * torch.log(torch.sigmoid(s.z) + 1e-12)
                - (1 - s.targets) * torch.log(1 - torch.sigmoid(s.z) + 1e-12)
            )
        },
    ),
    Mistake(
        "overflow",
        "exp(z) overflows for a large positive logit: bring the exponent to the side where it is negative.",
        {"each": lambda s: torch.log(1 + torch.exp(s.z)) - s.targets * s.z},
    ),
    Mistake(
        "overflow",
        "exp(-z) overflows for a large negative logit: bring the exponent to the side where it is negative.",
        {"each": lambda s: torch.log(1 + torch.exp(-s.z)) + (1 - s.targets) * s.z},
    ),
    Mistake(
        "sigmoid-twice",
        "The sigmoid is applied twice: this loss takes logits and applies it itself.",
        {"z": lambda s: torch.sigmoid(s.prediction)},
    ),
    Mistake(
        "logits-as-probabilities",
        "The logits enter the loss as if they were probabilities: no sigmoid is applied at all.",
        {"each": lambda s: -s.targets * torch.log(s.z) - (1 - s.targets) * torch.log(1 - s.z)},
        pairs=False,  # of logits below zero or above one nothing is left but NaN
    ),
    Mistake(
        "arguments-exchanged",
        "Target and logit have changed places.",
        {"targets": lambda s: s.prediction, "z": lambda s: s.y},
    ),
)
LABELS = {
    "loss": "loss",
    "loss_column": "loss of the same examples as a column",
    "right_is_cheap": "a perfect prediction costs less than 1e-6 (1 = yes)",
    "wrong_is_dear": "a completely wrong prediction costs more than 10, and is finite (1 = yes)",
    "gradient": "gradient (nan: not a number, or there is no graph)",
    "gradient_signs": "sign of the gradient at a completely wrong prediction (0 = none)",
    "gradient_bounded": "gradients are finite and below 1e20 (1 = yes)",
    "loss_grows": "a logit that is wrong by more costs more (1 = yes)",
    "loss_far": "loss far from zero (nan: not finite)",
    "gradient_far": "gradient far from zero (nan: not finite, or there is no graph)",
    "inputs_left_alone": "inputs left as they were (1 = yes)",
}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw labels with both classes, unequal in number, and predictions on both sides; far logits up to +-900."""
    far = rng.uniform(750, 900, 2)
    return {
        "y": rng.permutation([1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0]),
        "y_hat": rng.uniform(0.05, 0.95, 8),
        "logits": rng.uniform(-3, 3, 8),
        "logits_rounded": np.array([rng.uniform(40, 45), rng.uniform(55, 60)]),
        "y_far": np.array([1.0, 0.0, 1.0, 0.0]),
        "logits_far": np.array([-far[0], far[1], far[0], -far[1]]),
    }


def _part(name: str, program: Rule, mistakes: tuple[Mistake, ...], reread: str) -> AnswerPart:
    simulate = seen_by(part_of(PROBE, name), lambda changed: as_function(changed, "y", "prediction"))
    return AnswerPart(
        name=name,
        reference=simulate(program),
        misconceptions=alternatives(program, (*mistakes, *SHARED), simulate),
        labels=LABELS,
        reread=reread,
        # Wide enough for any of the usual constants in the logarithm.
        rtol=1e-4,
    )


ANSWER = Answer(
    "bce",
    generate,
    (
        _part("bce_loss", PROBABILITIES, ABOUT_PROBABILITIES, "section 3.2, what happens at exactly 0 and 1"),
        _part("bce_with_logits", LOGITS, ABOUT_LOGITS, "section 3.2, the loss as a function of the logit"),
    ),
    by_hand=LOSSES,
)
