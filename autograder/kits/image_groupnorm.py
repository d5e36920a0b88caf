"""Group normalization of images as a rule: per example one mean and one variance for each of G groups of channels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import AnswerPart, Simulate
from autograder.kits.accepted_conventions import over_calls, part_from_rule
from autograder.kits.manners import INPUT_CHANGED, INPUTS_LEFT_ALONE, MANNER_LABELS
from autograder.kits.normalization_rule import AFFINE_MISTAKES, EPSILON_IGNORED, NORMALISE, ROOT_MISTAKES, UNBIASED
from autograder.kits.rules import Mistake, Rule
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["fresh_groups", "image_groupnorm_part"]


def _grouped(x: NDArray[Any], groups: int) -> NDArray[Any]:
    n, c, h, w = x.shape
    return x.reshape(n, groups, c // groups, h, w)


RULE: Rule = {
    **NORMALISE,
    "z": lambda s: _grouped(s.x, s.groups),
    "normal": lambda s: s.x_hat.reshape(s.x.shape),
    "takes_flat_gain": lambda s: 1.0,
    **INPUTS_LEFT_ALONE,
}
GAIN_OF_FOUR_AXES = Mistake(
    "gain-of-four-axes",
    "Gain and shift must come with shape (1, C, 1, 1) here; the text gives them shape (C,). Both are in use.",
    {"takes_flat_gain": lambda s: 0.0},
)


def _along(name: str, says: str, *axes: int) -> Mistake:
    return Mistake(name, says, {"axis": lambda s: axes}, pairs=False)


MISTAKES = (
    _along(
        "pixels-forgotten",
        "The statistics are taken over the channels of a group at each pixel; the pixels belong to the average too.",
        2,
    ),
    _along("per-channel", "Every channel has statistics of its own, as with G = C (instance normalization).", 3, 4),
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
    Mistake(
        "channels-interleaved",
        "A group takes every G-th channel; the text, and every library, gives it neighbouring channels. The reshape "
        "has (C / G, G) where (G, C / G) belongs.",
        {"z": lambda s: _grouped(s.x, s.x.shape[1] // s.groups), "axis": lambda s: (1, 3, 4)},
    ),
    Mistake(
        "group-size-for-number",
        "G is taken for the number of channels in a group; it is the number of groups.",
        {"z": lambda s: _grouped(s.x, s.x.shape[1] // s.groups)},
    ),
    Mistake(
        "groups-of-pixels",
        "The array is reshaped into groups while the channel axis is the last one, so that a group holds pixels with "
        "all their channels.",
        {
            "z": lambda s: _grouped(s.x.transpose(0, 2, 3, 1).reshape(s.x.shape), s.groups),
            "normal": lambda s: _back(s.x_hat, s.x),
        },
        pairs=False,
    ),
    UNBIASED,
    *ROOT_MISTAKES,
    *(mistake for mistake in AFFINE_MISTAKES if mistake.id != "affine-first"),
    Mistake(
        "affine-first",
        "Gain and shift are applied before the statistics are taken, so the normalization changes what they did.",
        {"z": lambda s: _grouped(s.gamma * s.x + s.beta, s.groups), "out": lambda s: s.normal},
        pairs=False,
    ),
    EPSILON_IGNORED,
    INPUT_CHANGED,
)


def _back(normal: NDArray[Any], like: NDArray[Any]) -> NDArray[Any]:
    n, c, h, w = like.shape
    return normal.reshape(n, h, w, c).transpose(0, 3, 1, 2)


def _simulate(rule: Rule) -> Simulate:
    def simulate(inputs: Inputs) -> Outputs:
        outputs: Outputs = {"fits": np.array(1.0)}
        for prefix, eps in (("group", float(inputs["eps"])), ("other", 1e-5)):
            x, groups = inputs[f"{prefix}_x"], int(inputs[f"{prefix}_count"])
            affine = {name: inputs[f"{prefix}_{name}"].reshape(1, -1, 1, 1) for name in ("gamma", "beta")}
            given = {"x": x, "groups": groups, "given_eps": eps, "over": (2, 3, 4)}
            (state,) = over_calls(rule, [{**given, **affine}], {})
            outputs[f"{prefix}_out"] = np.asarray(state.out)
        flags = {name: np.array(getattr(state, name)) for name in ("takes_flat_gain", "inputs_left_alone")}
        return {**outputs, **flags}

    return simulate


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


def image_groupnorm_part(name: str, reread: str) -> AnswerPart:
    """Make the answer to the part `name`, which says to read `reread` again."""
    return part_from_rule(
        name,
        RULE,
        _simulate,
        MISTAKES,
        variants=(GAIN_OF_FOUR_AXES,),
        variants_only=("takes_flat_gain",),
        labels={
            "group_out": "out (2 groups)",
            "other_out": "out (3 groups)",
            "takes_flat_gain": "takes gain and shift of shape (C,) (1 = yes)",
            **MANNER_LABELS,
        },
        reread=reread,
    )
