"""What is right and wrong in the steps of one pass of minibatch descent, seen on rows that are all alike."""

from __future__ import annotations

from autograder.catalogue.edit import Edit, accepted, edit

__all__ = ["GRADIENTS", "PASS_CONVENTIONS", "PASS_MISTAKES", "ROWS", "UPDATES", "in_parts"]

UPDATES = "for _ in range(round(len(X) / batch_size)):"
ROWS = "rows = torch.randint(len(X), (batch_size,))"
GRADIENTS = "gradients = torch.autograd.grad(loss, parameters)"
STEP = "parameter -= learning_rate * gradient"
MEAN = "return sum(losses) / len(losses)"


def in_parts(of: str, select: str = "") -> dict[str, str]:
    """Return the change after which a pass goes through the parts of some row numbers."""
    return {UPDATES: f"for rows in {of}.split(batch_size){select}:", ROWS: "pass"}


def _updates(name: str, says: str, new: str, share: float) -> Edit:
    return edit(name, says, {UPDATES: f"for _ in range({new}):"}, share=share)


def _moving_average(says: str, decay: float, pairs: bool) -> Edit:
    return edit(
        "moving-average-from-zero",
        f"The loss returned is a moving average that starts at zero{says} The text asks for the mean over the updates.",
        {
            MEAN: f"average = 0.0\nfor loss in losses:\n    average = {decay} * average + (1 - {decay}) * loss\n"
            "return average"
        },
        share=0.75,
        pairs=pairs,
    )


PASS_MISTAKES = (
    edit("uphill", "The parameters move up the gradient.", {STEP: STEP.replace("-=", "+=")}),
    edit("learning-rate-ignored", "The steps do not depend on the learning rate.", {STEP: "parameter -= gradient"}),
    _updates(
        "updates-rounded-down",
        "There are floor(n / batch_size) updates; the text asks for the nearest whole number.",
        "len(X) // batch_size",
        0.75,
    ),
    _updates("one-update-too-many", "There is one update too many.", "round(len(X) / batch_size) + 1", 0.75),
    _updates("single-update", "There is only one update.", "1", 0.5),
    _updates("one-update-per-image", "There are as many updates as images.", "len(X)", 0.5),
    edit(
        "gradients-accumulate",
        "Every step also takes the gradients of those before.",
        {GRADIENTS: "loss.backward()\ngradients = [parameter.grad for parameter in parameters]"},
    ),
    edit(
        "summed-loss",
        "The gradient is that of the sum over the batch and not of the mean, so the steps grow with the batch size.",
        {"loss = compute": "loss = batch_size * compute"},
    ),
    edit("nothing-learned", "The parameters are as they were.", {STEP: "pass"}),
    edit(
        "biases-not-trained",
        "The biases stay as they were.",
        {"list(net.parameters())": "[parameter for parameter in net.parameters() if parameter.ndim > 1]"},
    ),
    _moving_average(": after 100 updates with a decay of 0.99 it still reads 63 % of the loss.", 0.99, True),
    _moving_average(", so it is too small at first.", 0.9, False),
    edit("last-loss", "The loss returned is that of the last batch only.", {MEAN: "return losses[-1]"}, share=0.75),
    edit("sum-of-losses", "The losses are added up, not averaged.", {MEAN: "return sum(losses)"}, share=0.75),
)
PASS_CONVENTIONS = (
    accepted(
        "permutation",
        "Accepted: a pass over a permutation, whose last batch is smaller: the number of updates is rounded up.",
        in_parts("torch.randperm(len(X))"),
    ),
    accepted(
        "permutation",
        "Accepted: a pass over a permutation, whose last batch is smaller; the loss is weighted by batch size.",
        {
            **in_parts("torch.randperm(len(X))"),
            "losses.append(loss.item())": "losses.extend([loss.item()] * len(rows))",
        },
    ),
)
