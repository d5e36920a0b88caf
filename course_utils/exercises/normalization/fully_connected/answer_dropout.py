"""What goes wrong with dropout in a network, seen by the shares of signals that pass and by statements."""

from __future__ import annotations

from autograder.catalogue.edit import edit
from course_utils.checks.labels import Label

__all__ = ["DROPOUT_LABELS", "DROPOUT_MISTAKES"]

NONE = 'if self.dropout_param["p"] == 1:'
PARAMETERS = '{"p": dropout_keep_ratio, "seed": seed}'
APPLIED = "x, dropout = self.dropout(x, mode)"
FORWARD = 'return dropout_forward(x, {**self.dropout_param, "mode": mode})'
SCORES = 'scores, cache = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])'
SCORES_BACK = "dout, dw, db = affine_backward(dout, cache)"
BACK = "dout = relu_backward(dropout_backward(dout, dropout), relu)"

DROPOUT_MISTAKES = (
    edit("dropout-ignored", "`dropout_keep_ratio` has no effect.", {NONE: "if True:"}, pairs=False),
    edit(
        "keep-ratio-for-drop-ratio",
        "The ratio is taken for the share that is dropped; it is the share that is kept.",
        {PARAMETERS: '{"p": 1 - dropout_keep_ratio or 1, "seed": seed}'},
    ),
    edit(
        "dropout-in-one-layer-only",
        "Dropout follows one hidden layer only; it belongs after each of them.",
        {APPLIED: f"{APPLIED} if i == 1 else (x, None)"},
    ),
    edit(
        "dropout-on-scores",
        "The scores are dropped too; dropout belongs to the hidden layers.",
        {
            SCORES: f"{SCORES}\nscores, dropped = self.dropout(scores, mode)",
            SCORES_BACK: SCORES_BACK.replace("(dout", "(dropout_backward(dout, dropped)"),
        },
        pairs=False,
    ),
    edit(
        "dropout-before-normalization",
        "With batch normalization dropout is missing, or comes before the normalization, which then shifts the zeros; "
        "it follows the ReLU.",
        {APPLIED: f"{APPLIED} if norm is None else (x, None)"},
    ),
    edit(
        "dropout-not-scaled",
        "The values that are kept are not divided by the keep ratio, so the mean in training differs from the mean "
        "in test mode.",
        {
            FORWARD: 'out, mask = dropout_forward(x, {**self.dropout_param, "mode": mode})\n'
            'scale = self.dropout_param["p"] if mode == "train" else 1\n'
            "return out * scale, None if mask is None else mask * scale"
        },
    ),
    edit(
        "dropout-in-test",
        "Scores in test mode are random: dropout acts there too.",
        {FORWARD: FORWARD.replace('"mode": mode', '"mode": "train"')},
    ),
    edit(
        "dropout-backward-missing",
        "The gradients are not those of the loss: dropout is missing on the way back.",
        {BACK: "dout = relu_backward(dout, relu)"},
    ),
    edit(
        "seed-ignored",
        "With a given `seed` the values dropped should be the same in every call, as a gradient check needs.",
        {PARAMETERS: '{"p": dropout_keep_ratio}'},
        share=0.75,
    ),
)
DROPOUT_LABELS = {
    "kept_by_one": Label("share of signals that pass one hidden layer"),
    "kept_by_two": Label("share of signals that pass two hidden layers"),
    "kept_after_norm": Label("share of signals that pass one hidden layer with batch normalization"),
    "mean_kept": Label("the mean of the signal is kept", statement=True),
    "quiet_in_test": Label("no dropout in test mode", statement=True),
    "seed_repeats": Label("the same loss again with a seed", statement=True),
    "gradients_fit": Label("the gradients are those of the loss", statement=True),
}
