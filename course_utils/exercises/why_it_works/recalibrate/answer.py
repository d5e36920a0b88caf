"""What is right and wrong in `recalibrate`: running statistics that are those of the whole set, layer after layer.

The statistics of a layer depend on the normalization of the layers before it: they are those of its inputs when these
use their new running statistics, as in evaluation mode.
"""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import accepted, edit
from autograder.catalogue.ways import solution_part
from autograder.kits.watched_inputs import AFTERWARDS_LABELS, MODE_CHANGED, fresh_nets, fresh_rows
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

START = "was_training = net.training"
END = "net.train(was_training)"
VARIANCE = "layer.running_var.copy_((squares - total**2 / count) / (count - 1))"
RESET = "for layer in layers:\n    layer.reset_running_stats()"
IN_BATCHES = "net.train()\nfor batch in X.split(batch_size):\n    net(batch)"


def _instead(*statements: str) -> dict[str, str]:
    """Return the change after which these statements are all that is done."""
    return {START: "\n".join((*statements, "return"))}


def _in_training(rows: str, momentum: str = "") -> dict[str, str]:
    """Return the change after which the net, in training mode, is shown `rows` once."""
    setting = (f"for layer in layers:\n    layer.momentum = {momentum}",) if momentum else ()
    return _instead(*setting, "net.train()", f"net({rows})")


MOVING = (
    "The running statistics are a moving average over the batches, so the last batches count most, and the start "
    "still has some weight in them. They should be those of the whole set."
)
STANDARD_DEVIATION = "running_var holds the standard deviation."
VARIANCE_NOT_CHANGED = "The means are new, the variances are the old ones."
MISTAKES = (
    edit("moving-average", MOVING, _instead(IN_BATCHES), pairs=False),
    edit("moving-average", f"{MOVING} (They were reset first.)", _instead(RESET, IN_BATCHES), pairs=False),
    edit(
        "moving-average",
        "The whole set goes through in training mode, but with the momentum of training: most of the old statistics is "
        "still there.",
        _in_training("X"),
        pairs=False,
    ),
    edit(
        "last-batch-only",
        "The running statistics are those of the last batch.",
        _in_training("X.split(batch_size)[-1]", "1.0"),
        pairs=False,
    ),
    edit(
        "first-batch-only",
        "The running statistics are those of the first batch.",
        _in_training("X.split(batch_size)[0]", "1.0"),
        pairs=False,
    ),
    edit(
        "nothing-changed",
        "The running statistics are the old ones. In evaluation mode a forward pass does not touch them.",
        _instead(),
        share=0.0,
        pairs=False,
    ),
    edit(
        "only-reset",
        "The running statistics are those of a fresh layer, 0 and 1: they were reset, and nothing was measured.",
        _instead(RESET),
        share=0.0,
        pairs=False,
    ),
    edit(
        "second-layer-sees-the-old-first",
        "The first layer is right. The second one was measured while the first still used its old statistics; go from "
        "layer to layer.",
        {
            START: f"import copy\nold = copy.deepcopy(net).eval()\n{START}",
            "handle = layer": "twin = list(old.modules())[list(net.modules()).index(layer)]\nhandle = twin",
            "net(batch)": "old(batch)",
        },
    ),
    edit(
        "variance-not-changed",
        VARIANCE_NOT_CHANGED,
        {
            START: f"old = [layer.running_var.clone() for layer in layers]\n{START}",
            END: f"for layer, var in zip(layers, old):\n    layer.running_var.copy_(var)\n{END}",
        },
    ),
    edit("variance-not-changed", VARIANCE_NOT_CHANGED, {VARIANCE: "pass"}, pairs=False),
    edit(
        "standard-deviation", STANDARD_DEVIATION, {END: f"for layer in layers:\n    layer.running_var.sqrt_()\n{END}"}
    ),
    edit("standard-deviation", STANDARD_DEVIATION, {"(count - 1))": "(count - 1)).sqrt_()"}),
)
CONVENTIONS = (
    accepted(
        "biased-variance",
        "Accepted: the variance is the biased one. torch keeps the unbiased one in running_var; for a whole set of "
        "images it is the same.",
        {"(count - 1)": "count"},
    ),
    accepted(
        "mean-over-batches",
        "Accepted: the mean of the statistics of the batches, which is what torch.optim.swa_utils.update_bn computes. "
        "The spread between the batches' means is missing in the variance, and a smaller last batch counts in full; "
        "for large batches neither matters.",
        _instead(RESET, "for layer in layers:\n    layer.momentum = None", IN_BATCHES),
        pairs=False,
    ),
    accepted(
        "mean-over-batches",
        "Accepted: the mean of the statistics of the batches, weighted by their sizes. The spread between the batches' "
        "means is missing in the variance; for large batches it does not matter.",
        _instead(
            "net.train()",
            "seen = 0",
            "for batch in X.split(batch_size):",
            "    seen += len(batch)",
            "    for layer in layers:",
            "        layer.momentum = len(batch) / seen",
            "    net(batch)",
        ),
        pairs=False,
    ),
    accepted(
        "as-in-training",
        "Accepted: the statistics that one forward pass of the whole set in training mode uses. It normalizes by the "
        "biased variance, where evaluation uses the unbiased one that is kept.",
        _in_training("X", "1.0"),
        pairs=False,
    ),
)
LABELS = {
    f"{name}_{key}": Label(f"{said} of the {name} normalization")
    for name in ("first", "second")
    for key, said in (("running_mean", "running mean"), ("running_var", "running variance"))
}

AFTERWARDS_MISTAKES = (
    edit("mode-changed", MODE_CHANGED, {END: "pass"}, share=0.75),
    edit(
        "momentum-changed",
        "The momentum of the layers, or another setting, is not what it was: in further training they would average "
        "otherwise.",
        {END: f"for layer in layers:\n    layer.momentum = None\n{END}"},
    ),
    edit(
        "parameters-changed",
        "The parameters have changed. Recalibration measures; it does not train.",
        {START: f"for parameter in net.parameters():\n    parameter.data *= 1.1\n{START}"},
    ),
    edit(
        "all-at-once",
        "All images go through at once; batch_size limits the memory.",
        {"X.split(batch_size)": "X.split(len(X))"},
    ),
)
RECORDS_A_GRAPH = accepted(
    "records-a-graph",
    "Accepted, but without torch.no_grad() every pass records a graph that nobody uses.",
    {"with torch.no_grad():": "if True:", "inputs[0].transpose": "inputs[0].detach().transpose"},
)
WORDS = {"X": "set of images", "squares": "sum of squares", "total": "sum", "was_training": "old mode"}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw a net, and 14 images in batches of 4, brighter from batch to batch."""
    return {**fresh_nets(rng), **fresh_rows(rng, "rows", 14), "batch_size": np.array(4)}


ANSWER = Answer(
    "recalibrate",
    generate,
    (
        solution_part(
            "recalibrate",
            "the statistics",
            MISTAKES,
            conventions=CONVENTIONS,
            labels=LABELS,
            reread="section 5.5, the statistics of the whole set",
            rtol=1e-4,  # the net is in float32
            weight=3.0,
            words=WORDS,
        ),
        solution_part(
            "recalibrate",
            "the net afterwards",
            AFTERWARDS_MISTAKES,
            conventions=(RECORDS_A_GRAPH,),
            with_changes=False,
            labels={
                **{name: label for name, label in AFTERWARDS_LABELS.items() if name != "statistics_kept"},
                "batches_bounded": Label("no more than batch_size images at a time", statement=True),
                "images_left_alone": Label("images left as they were", statement=True),
                "no_graph": Label("no graph is kept during the passes", statement=True),
            },
            reread="section 5.5, what stays as it was",
            weight=1.0,
        ),
    ),
)
