"""What is right and wrong in `accumulate`: one step with the gradient of the mean over the examples of all batches."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import edit
from autograder.kits.function import single_answer
from course_utils.checks.labels import Label
from course_utils.exercises.today.accumulate.probe import STEPS
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

ZERO = "optimizer.zero_grad()"
LOOP = "for inputs, labels in batches:"
WEIGHTED = " * len(labels) / total"
BACKWARD = "loss.backward()"
ADDED = "mean_loss += loss.item()"
STEP = "optimizer.step()\n"
RETURNED = "return mean_loss"
WHOLE = "loss = loss_fn(model(inputs), labels)"
# As the solution has it, on lines of the same margin.
END = f"{STEP}{RETURNED}"

MISTAKES = (
    edit(
        "mean-of-means",
        "Every batch counts alike, so that an example in a small batch counts more than one in a large batch. The text "
        "asks for the mean over all examples.",
        {WEIGHTED: " / len(batches)"},
    ),
    edit(
        "sum-of-means",
        "The gradients of the batches' mean losses are added up: with three batches the step is about three times as "
        "long as that of one large batch.",
        {WEIGHTED: "", RETURNED: "return mean_loss / len(batches)"},
    ),
    edit(
        "sum-of-means",
        "The batches' mean losses are added up: with three batches loss and step are about three times those of one "
        "large batch.",
        {WEIGHTED: ""},
    ),
    edit(
        "sum-over-examples",
        "The losses of all examples are added up; the text asks for their mean.",
        {WEIGHTED: " * len(labels)"},
    ),
    edit(
        "sum-over-examples",
        "The gradient is that of the sum over all examples; the text asks for that of their mean.",
        {WEIGHTED: " * len(labels)", RETURNED: "return mean_loss / total"},
    ),
    edit(
        "zeroed-between-batches",
        "The gradients are set to zero before each batch, so the step knows the last batch only.",
        {ZERO: "pass", BACKWARD: f"{ZERO}\n{BACKWARD}"},
    ),
    edit(
        "old-gradient-not-zeroed",
        "The gradients still contain their values from before the call: they have to start at zero in each call.",
        {ZERO: "pass"},
    ),
    edit(
        "zeroed-afterwards",
        "The gradients are set to zero after the step and not before it. In the first call, whatever code before it "
        "left in them enters the step.",
        {ZERO: "pass", END: f"{STEP}{ZERO}\n{RETURNED}"},
    ),
    edit(
        "step-per-batch",
        "The optimizer makes a step after each batch; the text asks for one step after the last one.",
        {ADDED: f"{ADDED}\n{STEP.strip()}", END: RETURNED},
    ),
    edit(
        "step-per-batch",
        "The optimizer makes a step after each batch, with gradients zeroed in between: these are ordinary small "
        "batches.",
        {
            ZERO: "pass",
            WEIGHTED: "",
            BACKWARD: f"{ZERO}\n{BACKWARD}",
            ADDED: f"mean_loss += loss.item() * len(labels) / total\n{STEP.strip()}",
            END: RETURNED,
        },
        pairs=False,
    ),
    edit(
        "no-step",
        "The gradients are gathered, but the optimizer makes no step.",
        {END: RETURNED},
    ),
    edit(
        "returned-in-loop",
        "The function returns inside its loop: it sees the first batch only, and the optimizer makes no step.",
        {ADDED: f"{ADDED}\n{RETURNED}"},
        pairs=False,
    ),
    edit(
        "returned-in-loop",
        "The function returns inside its loop: the step and the loss are those of the first batch only.",
        {ADDED: f"{ADDED}\n{STEP.strip()}\n{RETURNED}"},
        pairs=False,
    ),
    edit(
        "loss-not-added-up",
        "The step is right. The returned loss is 0: the losses of the batches are not added up.",
        {ADDED: "pass"},
        pairs=False,
    ),
    edit(
        "last-loss-returned",
        "The returned loss is that of the last batch; the text asks for the mean over all examples.",
        {RETURNED: "return loss.item() * total / len(labels)"},
    ),
    edit(
        "mean-of-means-returned",
        "The step is right. The returned loss is the mean of the batches' mean losses, in which small batches count "
        "too much.",
        {ADDED: "mean_loss += loss.item() * total / len(labels) / len(batches)"},
        share=0.75,
    ),
    edit(
        "sum-returned",
        "The step is right. The returned loss is the sum of the batches' mean losses, which grows with their number.",
        {ADDED: "mean_loss += loss.item() * total / len(labels)"},
        share=0.75,
    ),
    edit(
        "sum-over-examples-returned",
        "The step is right. The returned loss is the sum over all examples; the text asks for the mean.",
        {ADDED: "mean_loss += loss.item() * total"},
        share=0.75,
    ),
    edit(
        "all-at-once",
        "The step is right, but all examples go through the network together: the memory that this needs is what "
        "accumulation saves.",
        {
            LOOP: "import torch\nbatches = [(torch.cat([x for x, _ in batches]), torch.cat([y for _, y in batches]))]\n"
            f"{LOOP}"
        },
    ),
)
LABELS = {
    "weights": Label("weights", "step"),
    "losses": Label("returned loss", "call", link="of"),
    "steps": Label("number of steps of the optimizer", "call", link="in"),
    "batches_apart": Label("one batch at a time goes through the network", statement=True),
    "batches_left_alone": Label("batches left as they were", statement=True),
}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw a linear model, and examples whose losses differ from batch to batch."""
    features, classes = 3, 3
    inputs = {
        "weight": rng.uniform(-1, 1, size=(classes, features)),
        "bias": rng.uniform(-0.5, 0.5, size=classes),
        "lr": np.array(rng.uniform(0.2, 0.4)),
    }
    for number, sizes in enumerate(STEPS):
        batch = np.repeat(np.arange(len(sizes)), sizes)
        inputs[f"x_{number}"] = rng.normal(size=(sum(sizes), features)) * (1 + batch[:, None])
        inputs[f"y_{number}"] = rng.integers(classes, size=sum(sizes))
    return inputs


ANSWER: Answer = single_answer(
    "accumulate",
    MISTAKES,
    generate=generate,
    labels=LABELS,
    reread="section 6.6, the mean over all examples",
    words={"total": "number of examples", "labels": "batch", "loss": "loss of a batch"},
)
