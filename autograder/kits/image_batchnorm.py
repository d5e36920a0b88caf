"""Batch normalization of images as a rule: one mean and one variance per channel, over examples, rows and columns.

What a student's own `batchnorm_forward` gives for matrices is looked at too: where both carry the same mistake, the
mistake belongs to the other exercise.
"""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from autograder.catalogue.answer import Alternative, AnswerPart, Simulate
from autograder.kits.accepted_conventions import changed, over_calls, part_from_rule
from autograder.kits.batch_sequences import BATCHES, FEATURES, SEQUENCE_LABELS, as_row, sequence
from autograder.kits.batch_statistics import (
    BATCHNORM,
    MOMENTUM_IGNORED,
    RUNNING_MISTAKES,
    STARTS_AT_ONE,
    UNBIASED_RUNNING,
)
from autograder.kits.image_mistakes import IMAGE_MISTAKES, WRONG_AXIS
from autograder.kits.manners import (
    FLOAT32_KEPT,
    IN_FLOAT64,
    INPUT_CHANGED,
    INPUTS_LEFT_ALONE,
    MANNER_LABELS,
)
from autograder.kits.normalization_rule import AFFINE_MISTAKES, EPSILON_IGNORED, ROOT_MISTAKES, UNBIASED
from autograder.kits.rules import Mistake, Rule
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["image_batchnorm_part"]

INHERITED = tuple(
    replace(mistake, pairs=False)
    for mistake in (UNBIASED, *ROOT_MISTAKES, *AFFINE_MISTAKES, *RUNNING_MISTAKES, EPSILON_IGNORED, MOMENTUM_IGNORED)
)
RULE: Rule = {**BATCHNORM, **INPUTS_LEFT_ALONE, **FLOAT32_KEPT}
LABELS: dict[str, str | Label] = {
    **{name.replace("square", "image"): said for name, said in SEQUENCE_LABELS.items() if name.startswith("square")},
    "one_out": "output for one image in test mode",
    **{**MANNER_LABELS, "fits": "takes a batch of another size (1 = yes)"},
}


def _image_outputs(rule: Rule, inputs: Inputs) -> Outputs:
    affine = {name: inputs[f"image_{name}"].reshape(1, FEATURES, 1, 1) for name in ("gamma", "beta")}
    zeros = {name: np.zeros((1, FEATURES, 1, 1)) for name in ("running_mean", "running_var")}
    given = {"given_eps": float(inputs["eps"]), "given_momentum": float(inputs["momentum"])}
    calls = [{"x": inputs[f"image_x_{name}"], "training": name != "test"} for name in BATCHES]
    after = over_calls(
        rule,
        [*calls, {"x": inputs["image_x_test"][:1], "training": False}],
        {"over": (0, 2, 3), **affine, **zeros, **given},
    )
    return {**_of_batches(after[: len(BATCHES)]), **_of_one(after), **_flags(after[0])}


def _of_batches(after: list[SimpleNamespace]) -> Outputs:
    outputs = {f"image_out_{name}": np.asarray(state.out) for name, state in zip(BATCHES, after, strict=True)}
    for key in ("running_mean", "running_var"):
        outputs[f"image_{key}"] = np.stack([as_row(getattr(state, key)) for state in after])
    return outputs


def _of_one(after: list[SimpleNamespace]) -> Outputs:
    if len(after) <= len(BATCHES):
        return {"fits": np.array(0.0)}
    return {"fits": np.array(1.0), "one_out": np.asarray(after[-1].out)}


def _flags(state: SimpleNamespace) -> Outputs:
    return {name: np.array(getattr(state, name)) for name in ("inputs_left_alone", "float32_kept")}


def _flat_outputs(rule: Rule, inputs: Inputs) -> Outputs:
    given = {"given_eps": float(inputs["eps"]), "given_momentum": float(inputs["momentum"])}
    affine = {name: inputs[f"flat_{name}"] for name in ("gamma", "beta")}
    outputs = sequence(rule, inputs, "flat", {**given, **affine, "running_var": np.zeros(FEATURES)})
    return {name: value for name, value in outputs.items() if name != "fits"}


def _simulate(rule: Rule) -> Simulate:
    return lambda inputs: _image_outputs(rule, inputs)


def _with_matrices(rule: Rule) -> Simulate:
    return lambda inputs: {**_image_outputs(rule, inputs), **_flat_outputs(rule, inputs)}


RIGHT_WITHOUT = Alternative(
    ("right-without-batchnorm",),
    ("The values are right, although those of your batchnorm_forward are not.",),
    _simulate(RULE),
    share=1.0,
)


def _follows(mistake: Mistake, *conventions: Mistake) -> Alternative:
    says = f"The values are those of your own batchnorm_forward; its mistake is counted there. {mistake.says}"
    rule = changed(RULE, (*conventions, mistake))
    return Alternative(("follows-own-batchnorm",), (says,), _with_matrices(rule), share=1.0)


def image_batchnorm_part(name: str, reread: str) -> AnswerPart:
    """Make the answer to the part `name`, which says to read `reread` again."""
    part = part_from_rule(
        name,
        RULE,
        _simulate,
        (*IMAGE_MISTAKES, *INHERITED, INPUT_CHANGED),
        variants=(UNBIASED_RUNNING,),
        also=(STARTS_AT_ONE, IN_FLOAT64),
        variants_only=("float32_kept",),
        labels=LABELS,
        reread=reread,
    )
    carried = (*INHERITED, *WRONG_AXIS)
    follows = [_follows(mistake, *chosen) for chosen in ((), (UNBIASED_RUNNING,)) for mistake in carried]
    return replace(part, reference=_with_matrices(RULE), variants=(RIGHT_WITHOUT, *part.variants, *follows))
