"""The mistakes about `train_epoch`: how it descends and what it reports, and which rows its batches take."""

from __future__ import annotations

from autograder.catalogue.edit import Edit, accepted, edit

__all__ = ["ABOUT_BATCHES", "ABOUT_UPDATES", "MEASURED_AFTER"]

# The solution's lines, piece by piece.
ORDER = "torch.randperm(len(x_train))"
BATCHES = f"{ORDER}.split(batch_size)"
LOOP = f"for rows in {BATCHES}"
FORWARD = "y_hat = network(x_train"
CLEAR = "clear_gradients(params)"
BACKWARD = "loss.backward()"
STEP = "add_gradients(params, -learning_rate)"
LOSS, ACCURACY = "np.average(losses, weights=sizes)", "np.average(accuracies, weights=sizes)"

DROPPED = edit(
    "last-batch-dropped",
    "The last batch, which is smaller, is left out: some examples are not used in an epoch.",
    {BATCHES: f"{ORDER}[: len(x_train) // batch_size * batch_size].split(batch_size)"},
)


def _replaced(count: str) -> Edit:
    return edit(
        "with-replacement",
        "Some rows occur twice in an epoch and others not at all: these are draws with replacement. An epoch is a pass "
        "over a permutation.",
        {ORDER: f"torch.randint(len(x_train), ({count},))"},
    )


def _moving_average(decay: float) -> Edit:
    steps = f"({decay} ** age * loss for age, loss in enumerate(reversed(losses)))"
    return edit(
        "moving-average-from-zero",
        "The loss reported is a moving average that starts at zero, so it is far too small in the first batches. "
        "The text asks for the mean over the examples of the epoch.",
        {LOSS: f"(1 - {decay}) * sum{steps}"},
        share=0.75,
    )


REPLACED = _replaced("-(-len(x_train) // batch_size) * batch_size")
ABOUT_UPDATES = (
    edit(
        "ascent",
        "The parameters move along the gradient, uphill, so the loss rises with a positive learning rate. A "
        "negative learning rate hides this mistake; the minus sign belongs in the update.",
        {STEP: "add_gradients(params, learning_rate)"},
    ),
    edit(
        "learning-rate-ignored",
        "The length of the steps does not depend on the learning rate.",
        {STEP: "add_gradients(params, -1.0)"},
    ),
    edit(
        "gradients-accumulate",
        "The gradients are never set to zero, so each batch adds its own to those of all batches before.",
        {CLEAR: "pass"},
    ),
    edit(
        "cleared-once-per-epoch",
        "The gradients are set to zero once per epoch: each batch adds its own to those of the batches before it.",
        {CLEAR: f"if not losses:\n    {CLEAR}"},
    ),
    edit(
        "cleared-before-step",
        "Nothing is learned: the gradients are cleared after the backward pass and before the step that should use "
        "them.",
        {BACKWARD: f"{BACKWARD}\n{CLEAR}", STEP: "pass"},
    ),
    edit(
        "new-tensors",
        "Nothing is learned, although gradients are computed: the update makes new tensors, p = p - ..., and the "
        "network keeps the old ones.",
        {STEP: "pass"},
    ),
    edit(
        "step-before-backward",
        "The step comes before the backward pass: each batch uses the gradient of the batch before.",
        {FORWARD: f"if params[0][0].grad is not None:\n    {STEP}\n{FORWARD}", STEP: "pass"},
    ),
    edit(
        "summed-loss",
        "The gradient is that of the sum over the batch, not of the mean: the steps grow with the batch size, and the "
        "last, smaller batch makes smaller ones.",
        {BACKWARD: "(len(rows) * loss).backward()"},
    ),
    DROPPED,
    REPLACED,
    edit(
        "empty-batch",
        "One batch too many: where the batch size divides the number of examples the last batch is empty, and the mean "
        "over no examples is not a number.",
        {BATCHES: f"{ORDER}.tensor_split(tuple(range(batch_size, len(x_train) + 1, batch_size)))"},
        pairs=False,
    ),
    edit(
        "biases-not-trained",
        "The weights are trained, the biases are not.",
        {STEP: f"for _, b, _ in params:\n    b.grad.zero_()\n{STEP}"},
    ),
    edit("last-layer-only", "Only the last layer is trained.", {STEP: "add_gradients(params[-1:], -learning_rate)"}),
    edit(
        "unweighted-mean",
        "The mean over the batches counts the smaller last batch as much as a full one, so its examples count more.",
        {"sizes.append(len(rows))": "sizes.append(1)"},
        share=0.75,
    ),
    edit(
        "last-batch-reported",
        "Loss and accuracy are those of the last batch only, not of the epoch.",
        {LOSS: "losses[-1]", ACCURACY: "accuracies[-1]"},
        share=0.75,
    ),
    edit(
        "loss-summed-over-batches",
        "The loss reported is the sum over the batches, so it grows with their number.",
        {LOSS: "sum(losses)"},
        share=0.75,
    ),
    edit(
        "divided-by-full-batches",
        "The sum over all batches is divided by the number of full ones.",
        {
            LOSS: "sum(losses) / (len(x_train) // batch_size)",
            ACCURACY: "sum(accuracies) / (len(x_train) // batch_size)",
        },
        share=0.75,
    ),
    edit(
        "batch-means-over-examples",
        "The means of the batches are added up and divided by the number of examples; each mean has to be weighted "
        "by the size of its batch.",
        {LOSS: "sum(losses) / len(x_train)", ACCURACY: "sum(accuracies) / len(x_train)"},
        share=0.75,
    ),
    edit(
        "accuracy-in-percent",
        "The accuracy is in percent; the text asks for a fraction between 0 and 1.",
        {"accuracies.append(": "accuracies.append(100 * "},
        share=0.75,
    ),
    _moving_average(0.9),
    _moving_average(0.99),
)
MEASURED_AFTER = accepted(
    "measured-after-the-epoch",
    "Accepted: loss and accuracy are measured over the whole set after the epoch. The text takes the mean over the "
    "batches while the parameters move, which costs no second pass and is a little behind.",
    {
        LOSS: "bce_loss(y_train, network(x_train, params)).item()",
        ACCURACY: "accuracy(y_train, network(x_train, params))",
    },
)
ABOUT_BATCHES = (
    DROPPED,
    REPLACED,
    _replaced("len(x_train)"),
    _replaced("len(x_train) // batch_size * batch_size"),
    edit(
        "not-shuffled",
        "The rows are taken in the order of the data set in every epoch.",
        {ORDER: "torch.arange(len(x_train))"},
    ),
    edit(
        "same-order-every-epoch",
        "The rows are shuffled, but in the same way in every epoch: the generator is seeded inside the function.",
        {LOOP: f"torch.manual_seed(0)\n{LOOP}"},
    ),
    edit(
        "pairs-broken",
        "Inputs and labels no longer belong together: they are shuffled separately, or a column (N, 1) meets a vector "
        "(N,) and makes a table of all pairs.",
        {"bce_loss(y_train[rows]": "bce_loss(y_train[torch.randperm(len(y_train))[: len(rows)]]"},
    ),
)
