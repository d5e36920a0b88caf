"""What is right and wrong in `bce`: the mean of -y log p - (1 - y) log(1 - p) in nats."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from autograder.catalogue.answer import Answer, AnswerPart
from autograder.catalogue.edit import Edit, edit
from autograder.catalogue.ways import solution_part
from autograder.kits.library_functions import LOSSES
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

# The solution's lines, piece by piece: of bce_loss, then of bce_with_logits.
TINY = "tiny = 1e-7"
LOG_1, LOG_0 = "torch.log(y_hat + tiny)", "torch.log(1 - y_hat + tiny)"
TERMS = "of_label_1 + of_label_0"
SOFTPLUS = "torch.clamp(logits, min=0) + torch.log1p(torch.exp(-torch.abs(logits)))"
EACH = "overflow_free - y * logits"
START = "overflow_free = "


def _shared(**changes: dict[str, str]) -> tuple[Edit, ...]:
    """Return the mistakes about both losses, with the changes that each makes."""
    return (
        edit(
            "sum-for-mean",
            "The losses of the examples are summed; the text asks for their mean, so that the batch size does not "
            "change the length of a step.",
            changes["summed"],
        ),
        edit(
            "sign-flipped",
            "The loss is negative: a logarithm of a probability is below zero, and the loss is its negative.",
            changes["negative"],
        ),
        edit(
            "labels-exchanged",
            "The two labels have changed places: a confident right prediction costs most.",
            changes["exchanged"],
        ),
        edit(
            "base-two",
            "The loss is in bits: the logarithm has base 2, the text uses the natural one.",
            changes["in_bits"],
        ),
        edit(
            "graph-cut",
            "The value is right, but no gradient flows back from it: somewhere the tensor became a plain number.",
            changes["cut"],
        ),
    )


def _wide(epsilon: float) -> Edit:
    said = (
        "The constant that keeps the logarithm finite is so large that a perfect prediction still costs more than 1e-6."
    )
    return edit("epsilon-too-large", said, {TINY: f"tiny = {epsilon}"}, share=0.75, pairs=False)


ABOUT_PROBABILITIES = (
    edit(
        "perfect-prediction-nan",
        "A perfect prediction gives NaN, since 0 times log 0 is not a number, and a completely wrong one infinity.",
        {TINY: "tiny = 0.0"},
    ),
    edit(
        "wrong-prediction-infinite",
        "A perfect prediction has the right loss, but one completely wrong prediction makes the loss of its whole "
        "batch infinite.",
        {f"= y * {LOG_1}": "= torch.xlogy(y, y_hat)", f"= (1 - y) * {LOG_0}": "= torch.xlogy(1 - y, 1 - y_hat)"},
    ),
    edit(
        "only-exact-zero-and-one-mended",
        "The loss is finite, but only exactly at 0 and 1: there the gradient is zero or not a number, and right next "
        "to it, at a prediction of 1e-30, it is as large as 1e30.",
        {
            LOG_1: "torch.log(torch.where(y_hat == 0, tiny, y_hat))",
            LOG_0: "torch.log(torch.where(1 - y_hat == 0, tiny, 1 - y_hat))",
        },
        share=0.75,
    ),
    edit(
        "gradient-zero-where-clamped",
        "The loss is finite, but clamping cuts the gradient: where a prediction is completely wrong it is exactly "
        "zero, and nothing is learned from the worst mistakes.",
        {LOG_1: "torch.log(y_hat.clamp(min=tiny))", LOG_0: "torch.log((1 - y_hat).clamp(min=tiny))"},
        share=0.75,
    ),
    edit(
        "epsilon-too-small",
        "The loss is finite, but the constant in the logarithm is so small that gradients reach 1e20 and more.",
        {TINY: "tiny = 1e-30"},
        share=0.75,
        pairs=False,
    ),
    edit(
        "positive-label-only",
        "Only examples with label 1 cost anything: the term for label 0 is missing.",
        {TERMS: "of_label_1"},
    ),
    edit(
        "plus-between-the-terms",
        "The two terms have opposite signs; both are losses, so both count with a minus sign.",
        {TERMS: "of_label_1 - of_label_0"},
    ),
    edit(
        "arguments-exchanged",
        "Target and prediction have changed places: the logarithm is taken of the targets.",
        {TINY: f"y, y_hat = y_hat, y\n{TINY}"},
    ),
    edit(
        "squared-error",
        "These are squared differences. The text asks for the cross-entropy, which comes from the likelihood.",
        {TERMS: "-((y - y_hat) ** 2)"},
    ),
    *map(_wide, (1e-5, 1e-4, 1e-3)),
    *_shared(
        summed={".mean()": ".sum()"},
        negative={"return -(": "return ("},
        exchanged={TINY: f"y = 1 - y\n{TINY}"},
        in_bits={"torch.log(y_hat": "torch.log2(y_hat", "torch.log(1 -": "torch.log2(1 -"},
        cut={".mean()": ".mean().detach()"},
    ),
)
ABOUT_LOGITS = (
    edit(
        "through-the-probability",
        "Far from zero the sigmoid has already rounded to 0 or 1 before the logarithm is taken: the loss stops "
        "growing or is infinite, and the gradient is lost. Start from the logits themselves.",
        {
            EACH: "-y * torch.log(torch.sigmoid(logits) + 1e-12)"
            " - (1 - y) * torch.log(1 - torch.sigmoid(logits) + 1e-12)"
        },
    ),
    edit(
        "overflow",
        "exp(z) overflows for a large positive logit: bring the exponent to the side where it is negative.",
        {SOFTPLUS: "torch.log(1 + torch.exp(logits))"},
    ),
    edit(
        "overflow",
        "exp(-z) overflows for a large negative logit: bring the exponent to the side where it is negative.",
        {SOFTPLUS: "logits + torch.log(1 + torch.exp(-logits))"},
    ),
    edit(
        "sigmoid-twice",
        "The sigmoid is applied twice: this loss takes logits and applies it itself.",
        {START: f"logits = torch.sigmoid(logits)\n{START}"},
    ),
    edit(
        "logits-as-probabilities",
        "The logits enter the loss as if they were probabilities: no sigmoid is applied at all.",
        {EACH: "-y * torch.log(logits) - (1 - y) * torch.log(1 - logits)"},
        pairs=False,  # of logits below zero or above one nothing is left but NaN
    ),
    edit(
        "arguments-exchanged",
        "Target and logit have changed places.",
        {START: f"y, logits = logits, y\n{START}"},
    ),
    *_shared(
        summed={"return torch.mean": "return torch.sum"},
        negative={"return torch.mean": "return -torch.mean"},
        exchanged={"return torch.mean": "y = 1 - y\nreturn torch.mean"},
        in_bits={"return torch.mean": "return 1.4426950408889634 * torch.mean"},
        cut={"y * logits)": "y * logits).detach()"},
    ),
)
LABELS = {
    "loss": Label("loss"),
    "loss_column": Label("loss of the same examples as a column"),
    "right_is_cheap": Label("a perfect prediction costs less than 1e-6", statement=True),
    "wrong_is_dear": Label("a completely wrong prediction costs more than 10, and is finite", statement=True),
    "gradient": Label("gradient", nan="not a number, or there is no graph"),
    "gradient_signs": Label("sign of the gradient at a completely wrong prediction", zero="none"),
    "gradient_bounded": Label("gradients are finite and below 1e20", statement=True),
    "loss_grows": Label("a logit that is wrong by more costs more", statement=True),
    "loss_far": Label("loss far from zero", nan="not finite"),
    "gradient_far": Label("gradient far from zero", nan="not finite, or there is no graph"),
    "inputs_left_alone": Label("inputs left as they were", statement=True),
}
WORDS = {
    "of_label_1": "the term for label 1",
    "of_label_0": "the term for label 0",
    "y": "labels",
    "y_hat": "predicted probabilities",
    "tiny": "tiny constant",
    "overflow_free": "ln(1 + exp(z))",
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


def _part(name: str, mistakes: Iterable[Edit], reread: str) -> AnswerPart:
    # The tolerance is wide enough for any of the usual constants in the logarithm.
    return solution_part("bce", name, mistakes, labels=LABELS, reread=reread, rtol=1e-4, words=WORDS)


ANSWER = Answer(
    "bce",
    generate,
    (
        _part("bce_loss", ABOUT_PROBABILITIES, "section 3.2, what happens at exactly 0 and 1"),
        _part("bce_with_logits", ABOUT_LOGITS, "section 3.2, the loss as a function of the logit"),
    ),
    by_hand=LOSSES,
)
