"""What is right and wrong in `cross_entropy`: the mean of log(sum_k exp z_k) - z_label, in nats."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import Edit, edit
from autograder.catalogue.ways import solution_part
from autograder.kits.library_functions import LOSSES
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

SHIFTED = "shifted = logits - logits.max"
LOG_OF = "= shifted - torch.log(torch.exp"


def _through_the_probability(epsilon: float) -> Edit:
    """Return the mistake with a constant in the logarithm, which is seen where a probability is 0."""
    return edit(
        "through-the-probability",
        "The logarithm is taken of a probability that has already rounded to 0, or was propped up by a small "
        "constant: a prediction that is wrong by more no longer costs more.",
        {LOG_OF: "= torch.log(torch.exp(shifted) / torch.exp", "keepdim=True))": f"keepdim=True) + {epsilon})"},
        share=0.75,
    )


MISTAKES = (
    edit(
        "no-maximum-subtracted",
        "exp overflows for large logits. The same number may be subtracted from all logits of an example: take their "
        "maximum.",
        {SHIFTED: "shifted = logits - 0 * logits.max"},
    ),
    edit(
        "one-maximum-for-all",
        "One maximum is subtracted from the whole batch, so the exponentials of an example with small logits are all "
        "zero. Every example has its own maximum.",
        {".values": ".values.max()"},
        share=0.75,
    ),
    edit(
        "softmax-over-the-batch",
        "The probabilities of one class sum to 1 over the examples; those of one example should, over the classes.",
        {"max(dim=1": "max(dim=0", "sum(dim=1": "sum(dim=0"},
    ),
    # The same where the exponentials are taken of the logits as they are.
    edit(
        "softmax-over-the-batch",
        "The probabilities of one class sum to 1 over the examples; those of one example should, over the classes.",
        {SHIFTED: "shifted = logits - 0 * logits.max", "sum(dim=1": "sum(dim=0"},
    ),
    edit(
        "softmax-twice",
        "The softmax is applied twice: once to the logits and once inside the loss. The loss can then not come below "
        "log(1 + (K - 1)/e) for K classes.",
        {SHIFTED: f"logits = torch.softmax(logits, dim=1)\n{SHIFTED}"},
    ),
    *map(_through_the_probability, (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 0.0)),
    edit(
        "logarithm-missing",
        "The probability of the label enters as it is; the loss is its negative logarithm.",
        {LOG_OF: "= torch.exp(shifted) / (torch.exp"},
    ),
    edit(
        "every-label-for-every-example",
        "Every example is charged for the labels of all examples: the index picks a square, N by N, instead of one "
        "entry per row.",
        {"torch.arange(len(labels))": ":"},
    ),
    edit(
        "labels-pick-rows",
        "The labels are used as numbers of rows, so whole examples are picked, with all their classes; each label "
        "is the number of a class in the row of its example.",
        {"torch.arange(len(labels)), labels": "labels"},
    ),
    edit(
        "averaged-over-classes",
        "The loss is too small by the number of classes: the mean goes over examples and classes, the text's over "
        "examples.",
        {".mean()": ".mean() / logits.shape[1]"},
    ),
    edit(
        "sum-for-mean",
        "The losses of the examples are summed; the text asks for their mean, so that the batch size does not change "
        "the length of a step.",
        {".mean()": ".sum()"},
    ),
    edit(
        "sign-flipped",
        "The loss is negative: a logarithm of a probability is below zero, and the loss is its negative.",
        {"return -": "return "},
    ),
    edit(
        "base-two",
        "The loss is in bits: the logarithm has base 2, the text uses the natural one.",
        {".mean()": ".mean() / 0.6931471805599453"},
    ),
    edit(
        "graph-cut",
        "The value is right, but no gradient flows back from it: somewhere the tensor became a plain number.",
        {"log_probabilities =": "shifted = shifted.detach()\nlog_probabilities ="},
    ),
)
LABELS = {
    "loss": Label("loss"),
    "gradient": Label("gradient", nan="not a number, or there is no graph", axes=("example (N)", "class")),
    "loss_shifted": Label("loss with the same number added to all logits", nan="not finite"),
    "loss_shifted_by_row": Label("loss with a different number added to the logits of each example", nan="not finite"),
    "loss_grows": Label("a prediction that is wrong by more costs more", statement=True),
    "loss_far": Label("loss of predictions that are far off"),
    "inputs_left_alone": Label("inputs left as they were", statement=True),
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


ANSWER = Answer(
    "cross_entropy",
    generate,
    (
        solution_part(
            "cross_entropy",
            "cross_entropy",
            MISTAKES,
            labels=LABELS,
            reread="section 3.2, the loss as the log of a sum of exponentials, less the label's logit",
            rtol=1e-5,
            words={"shifted": "shifted logits", "log_probabilities": "log-probabilities"},
        ),
    ),
    by_hand=LOSSES,
)
