"""The answer to `recalibrate`: running statistics that are those of the whole set, layer after layer.

The statistics of a layer depend on the normalization of the layers before it: they are those of its inputs when these
use their new running statistics, as in evaluation mode.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.catalogue.answer import Answer, AnswerPart, Simulate
from autograder.kits.module_manners import flag_part, turned
from autograder.kits.programs import perform
from autograder.kits.rules import Mistake, Rule, alternatives
from autograder.kits.running_statistics import (
    MOMENTA,
    Stats,
    averaged,
    by_old_first_layer,
    in_training,
    layer_by_layer,
    mean_only,
    mixed,
    moving,
    old,
    reset,
)  # fmt: skip
from autograder.kits.watched_inputs import AFTERWARDS_LABELS, fresh_nets, fresh_rows
from course_utils.exercises.why_it_works.recalibrate.probe import PROBE
from course_utils.kits.probe import Inputs, Outputs
from course_utils.kits.watched_nets import batch

__all__ = ["ANSWER"]

PROGRAM: Rule = {
    "correction": lambda s: 1,
    "stats": layer_by_layer,
    "kept": lambda s: s.stats,
}


def _simulate(program: Rule) -> Simulate:
    def arrays(inputs: Inputs) -> Outputs:
        x, _ = batch(inputs, "rows")
        size = int(inputs["batch_size"])
        s = perform(program, inputs=inputs, x=x, size=size, batches=x.split(size))
        named = zip(("first", "second"), s.kept, strict=True)
        return {f"{name}_{key}": stat.numpy() for name, pair in named for key, stat in _keyed(pair)}

    return arrays


def _keyed(pair: Stats) -> Any:
    return zip(("running_mean", "running_var"), pair, strict=True)


MOVING = (
    "The running statistics are a moving average over the batches, so the last batches count most, and something of "
    "the start is still in them. They are to be those of the whole set."
)
MISTAKES = (
    Mistake("moving-average", MOVING, {"stats": lambda s: moving(s, old(s))}),
    Mistake("moving-average", f"{MOVING} (They were reset first.)", {"stats": lambda s: moving(s, reset(s))}),
    Mistake(
        "moving-average",
        "The whole set goes through in training mode, but with the momentum of training: most of the old statistics is "
        "still there.",
        {"stats": lambda s: mixed(old(s), in_training(s.x, s), MOMENTA)},
    ),
    Mistake(
        "last-batch-only",
        "The running statistics are those of the last batch.",
        {"stats": lambda s: in_training(s.batches[-1], s)},
    ),
    Mistake(
        "first-batch-only",
        "The running statistics are those of the first batch.",
        {"stats": lambda s: in_training(s.batches[0], s)},
    ),
    Mistake(
        "nothing-changed",
        "The running statistics are the old ones. In evaluation mode a forward pass does not touch them.",
        {"stats": old},
        share=0.0,
    ),
    Mistake(
        "only-reset",
        "The running statistics are those of a fresh layer, 0 and 1: they were reset, and nothing was measured.",
        {"stats": reset},
        share=0.0,
    ),
    Mistake(
        "second-layer-sees-the-old-first",
        "The first layer is right. The second one was measured while the first still used its old statistics; go from "
        "layer to layer.",
        {"stats": by_old_first_layer},
    ),
    Mistake("variance-not-changed", "The means are new, the variances are the old ones.", {"stats": mean_only}),
    Mistake(
        "standard-deviation",
        "running_var holds the standard deviation.",
        {"kept": lambda s: [(mean, var.sqrt()) for mean, var in s.stats]},
    ),
)
VARIANTS = (
    Mistake(
        "biased-variance",
        "Accepted: the variance is the biased one. torch keeps the unbiased one in running_var; for a whole set of "
        "images it is the same.",
        {"correction": lambda s: 0},
        share=1.0,
    ),
    Mistake(
        "mean-over-batches",
        "Accepted: the mean of the statistics of the batches, which is what torch.optim.swa_utils.update_bn computes. "
        "The spread between the batches' means is missing in the variance, and a smaller last batch counts in full; "
        "for large batches neither matters.",
        {"stats": averaged},
        share=1.0,
    ),
    Mistake(
        "mean-over-batches",
        "Accepted: the mean of the statistics of the batches, weighted by their sizes. The spread between the batches' "
        "means is missing in the variance; for large batches it does not matter.",
        {"stats": lambda s: averaged(s, weighted=True)},
        share=1.0,
    ),
    Mistake(
        "as-in-training",
        "Accepted: the statistics that one forward pass of the whole set in training mode uses. It normalizes by the "
        "biased variance, where evaluation uses the unbiased one that is kept.",
        {"stats": lambda s: in_training(s.x, s)},
        share=1.0,
    ),
)
LABELS = {
    f"{name}_{key}": f"{said} of the {name} normalization"
    for name in ("first", "second")
    for key, said in (("running_mean", "running mean"), ("running_var", "running variance"))
}

MANNERS = {
    **{name: said for name, said in AFTERWARDS_LABELS.items() if name != "statistics_kept"},
    "batches_bounded": "no more than batch_size images at a time (1 = yes)",
    "images_left_alone": "images left as they were (1 = yes)",
    "no_graph": "no graph is kept during the passes (1 = yes)",
}
MANNER_MISTAKES = (
    turned("mode-changed", "The net is not in the mode in which it was given.", {"modes_kept": 0.0}, share=0.75),
    turned(
        "momentum-changed",
        "The momentum of the layers, or another setting, is not what it was: in further training they would average "
        "otherwise.",
        {"settings_kept": 0.0},
    ),
    turned(
        "parameters-changed",
        "The parameters have changed. Recalibration measures; it does not train.",
        {"parameters_kept": 0.0},
    ),
    turned(
        "all-at-once",
        "All images go through at once; batch_size is there to bound the memory.",
        {"batches_bounded": 0.0},
    ),
)
MANNER_VARIANTS = (
    turned(
        "records-a-graph",
        "Accepted, but without torch.no_grad() every pass records a graph that nobody uses.",
        {"no_graph": 0.0},
    ),
)


def generate(rng: np.random.Generator) -> Inputs:
    """Draw a net, and 14 images in batches of 4, brighter from batch to batch."""
    return {**fresh_nets(rng), **fresh_rows(rng, "rows", 14), "batch_size": np.array(4)}


ANSWER = Answer(
    "recalibrate",
    generate,
    (
        AnswerPart(
            name=PROBE.parts[0].name,
            reference=_simulate(PROGRAM),
            misconceptions=(
                *alternatives(PROGRAM, MISTAKES, _simulate),
                *alternatives({**PROGRAM, **VARIANTS[0].formulas}, MISTAKES, _simulate, pairs=False),
            ),
            variants=alternatives(PROGRAM, VARIANTS, _simulate),
            labels=LABELS,
            reread="section 5.5, the statistics of the whole set",
            rtol=1e-4,  # the net is in float32
            weight=3.0,
        ),
        flag_part(
            PROBE.parts[1].name,
            MANNERS,
            MANNER_MISTAKES,
            variants=MANNER_VARIANTS,
            reread="section 5.5, what stays as it was",
            weight=1.0,
        ),
    ),
)
