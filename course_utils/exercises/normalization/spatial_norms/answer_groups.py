"""What goes wrong with the groups of channels in group normalization."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.catalogue.answer import AnswerPart
from autograder.catalogue.edit import Edit, accepted, edit
from autograder.catalogue.ways import solution_part
from autograder.kits.normalization_mistakes import BESIDES, EXTRA_LABELS, WORDS, normalization_mistakes
from course_utils.checks.labels import IMAGES, Label
from course_utils.kits.probe import Inputs

__all__ = ["fresh_groups", "groups_part"]

EXERCISE, PART = "spatial_norms", "spatial_groupnorm_forward"
GROUPS, FIVE_AXES = "x.reshape(len(x), G, -1)", "x.reshape(len(x), G, -1, *x.shape[2:])"
VAR, MEAN = "groups.var(axis=2, keepdims=True)", "groups.mean(axis=2, keepdims=True)"
ROOT = f"np.sqrt({VAR} + eps)"
BACK = "/ std).reshape(x.shape)"
GAMMA, BETA = "gamma[:, None, None]", "beta[:, None, None]"
OUT = f"{GAMMA} * x_hat + {BETA}"
SETTING = 'gn_param.get("eps", 1e-5)'


def _along(name: str, says: str, *axes: int) -> Edit:
    over = {text: text.replace("axis=2", f"axis={axes}") for text in (VAR, MEAN)}
    return edit(name, says, {GROUPS: FIVE_AXES, **over}, pairs=False)


MISTAKES = (
    _along(
        "pixels-forgotten",
        "The statistics are taken over the channels of a group at each pixel; the pixels belong to the average too.",
        2,
    ),
    _along(
        "one-axis-of-pixels-forgotten",
        "The statistics are taken over the channels and the rows of a group, and every column of pixels has its own; "
        "all pixels of a group share one mean and one variance.",
        *(2, 3),
    ),
    _along(
        "one-axis-of-pixels-forgotten",
        "The statistics are taken over the channels and the columns of a group, and every row of pixels has its own; "
        "all pixels of a group share one mean and one variance.",
        *(2, 4),
    ),
    _along("per-channel", "Every channel is normalised separately, as with G = C (instance normalization).", 3, 4),
    _along(
        "per-image",
        "Each example has one mean and one variance for all its channels, as with G = 1 (layer normalization).",
        *(1, 2, 3, 4),
    ),
    _along(
        "over-the-batch",
        "The statistics are taken over the examples too. Groups are formed within an example, so that the batch does "
        "not matter.",
        *(0, 2, 3, 4),
    ),
    _along(
        "statistics-across-groups",
        "The statistics are taken across examples and groups, one for each place within a group: the wrong axis after "
        "the reshape.",
        *(0, 1),
    ),
    edit(
        "channels-interleaved",
        "A group takes every G-th channel; the text, and every library, gives it neighbouring channels. The reshape "
        "has (C / G, G) where (G, C / G) belongs.",
        {
            GROUPS: f"x.reshape(len(x), -1, G, *x.shape[2:]).swapaxes(1, 2){GROUPS[1:]}",
            BACK: BACK.replace(".reshape", f"{FIVE_AXES[1:]}.swapaxes(1, 2).reshape"),
        },
    ),
    edit(
        "group-size-for-number",
        "G is taken for the number of channels in a group; it is the number of groups.",
        {GROUPS: GROUPS.replace("G", "x.shape[1] // G")},
    ),
    edit(
        "groups-of-pixels",
        "The array is reshaped into groups while the channel axis is the last one, so that a group holds pixels with "
        "all their channels.",
        {
            GROUPS: f"x.transpose(0, 2, 3, 1){GROUPS[1:]}",
            BACK: BACK.replace("x.shape)", "x.transpose(0, 2, 3, 1).shape).transpose(0, 3, 1, 2)"),
        },
        pairs=False,
    ),
    edit(
        "affine-first",
        "Gain and shift are applied before the statistics are taken, so the normalization changes what they did.",
        {GROUPS: f"({GAMMA} * x + {BETA}){GROUPS[1:]}", OUT: "x_hat"},
        pairs=False,
    ),
    *normalization_mistakes(
        EXERCISE,
        {
            "unbiased-variance": {VAR: VAR.replace("axis=2", "axis=2, ddof=1")},
            "divides-by-variance": {ROOT: f"({VAR} + eps)"},
            "epsilon-outside": {ROOT: f"(np.sqrt({VAR}) + eps)"},
            "no-epsilon": {ROOT: f"np.sqrt({VAR})"},
            "not-centred": {f"(groups - {MEAN})": "groups"},
            "gamma-beta-exchanged": {OUT: f"{BETA} * x_hat + {GAMMA}"},
            "gamma-missing": {OUT: f"x_hat + {BETA}"},
            "beta-missing": {OUT: f"{GAMMA} * x_hat"},
            "affine-missing": {OUT: "x_hat"},
            "epsilon-ignored": {SETTING: "1e-5"},
            "input-changed": {f"return {GAMMA}": f"x -= 1\nreturn {GAMMA}"},
        },
    ),
)
GAIN_OF_FOUR_AXES = accepted(
    "gain-of-four-axes",
    "Gain and shift must come with shape (1, C, 1, 1) here; the text gives them shape (C,). Both are in use.",
    {OUT: "gamma * x_hat + beta"},
    pairs=False,
)


BUILDING_ON = """
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    rows = x.reshape(len(x) * G, -1)
    out, cache = layernorm_forward(rows, np.ones(rows.shape[1]), np.zeros(rows.shape[1]), gn_param)
    return gamma[:, None, None] * out.reshape(x.shape) + beta[:, None, None], cache


def layernorm_forward(x, gamma, beta, ln_param):
    return x, None
"""


def groups_part() -> AnswerPart:
    """Make the answer to the part about groups."""
    return solution_part(
        EXERCISE,
        PART,
        MISTAKES,
        conventions=(GAIN_OF_FOUR_AXES,),
        not_in_mistakes=("takes_flat_gain",),
        besides=BESIDES,
        labels={
            "group_out": Label("output", then="for 2 groups", axes=IMAGES),
            "other_out": Label("output", then="for 3 groups", axes=IMAGES),
            "takes_flat_gain": Label("takes gain and shift of shape (C,)", statement=True),
            **EXTRA_LABELS,
        },
        reread="section 4.5, the groups of channels",
        words=WORDS,
        follows=(
            "follows-own-layernorm",
            "Your function uses layernorm_forward as it should. The values follow from your version of it; a "
            "mistake there is counted in its exercise.",
        ),
        building_on=BUILDING_ON,
    )


def fresh_groups(rng: np.random.Generator) -> Inputs:
    """Draw (2, 6, 2, 2) images in 2 groups and a (1, 6, 2, 3) one in 3, each with a constant group."""
    inputs: dict[str, Any] = {}
    for prefix, shape, groups in (("group", (2, 6, 2, 2), 2), ("other", (1, 6, 2, 3), 3)):
        scales = rng.permutation(np.resize([1.0, 3.0, 0.05], 6))[:, None, None]
        x = rng.normal(size=shape) * scales + rng.uniform(0.5, 1.5, size=(6, 1, 1))
        x[0, : 6 // groups] = rng.integers(3, 9) / 4
        inputs |= {
            f"{prefix}_x": x,
            f"{prefix}_count": np.array(groups),
            f"{prefix}_gamma": rng.uniform(1.3, 2.2, size=6) * rng.choice([-1.0, 1.0], size=6),
            f"{prefix}_beta": rng.uniform(0.3, 0.8, size=6),
        }
    return inputs
