"""The answer to `batchnorm_forward`: batch normalization of a matrix, with running statistics that start at 0."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer, Simulate
from autograder.kits.accepted_conventions import part_from_rule
from autograder.kits.batch_sequences import FEATURES, SEQUENCE_LABELS, fresh_sequences, sequence
from autograder.kits.batch_statistics import (
    BATCHNORM,
    MOMENTUM_IGNORED,
    NORMALISER_MISTAKES,
    RUNNING_MISTAKES,
    STARTS_AT_ONE,
    UNBIASED_RUNNING,
)
from autograder.kits.library import NORMALIZATIONS
from autograder.kits.manners import (
    FLOAT32_KEPT,
    IN_FLOAT64,
    INPUT_CHANGED,
    INPUTS_LEFT_ALONE,
    MANNER_LABELS,
    SHAPES_DO_NOT_FIT,
)
from autograder.kits.normalization_rule import AFFINE_MISTAKES, EPSILON_IGNORED, GAMMA_PER_ROW
from autograder.kits.rules import Rule
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

MISTAKES = (
    *NORMALISER_MISTAKES,
    *AFFINE_MISTAKES,
    GAMMA_PER_ROW,
    *RUNNING_MISTAKES,
    EPSILON_IGNORED,
    MOMENTUM_IGNORED,
    SHAPES_DO_NOT_FIT,
    INPUT_CHANGED,
)
MANNERS: Rule = {**INPUTS_LEFT_ALONE, **FLOAT32_KEPT}


def _simulate(rule: Rule) -> Simulate:
    def simulate(inputs: Inputs) -> Outputs:
        given = {"given_eps": float(inputs["eps"]), "given_momentum": float(inputs["momentum"])}
        square = sequence(rule, inputs, "square", {**_start(inputs, "square"), **given})
        defaults = {"given_eps": 1e-5, "given_momentum": 0.9}
        other = sequence(rule, inputs, "other", {**_start(inputs, "other"), **defaults}, tuple(MANNERS))
        return {**square, **other}

    return simulate


def _start(inputs: Inputs, prefix: str) -> dict[str, np.ndarray]:
    affine = {"gamma": inputs[f"{prefix}_gamma"], "beta": inputs[f"{prefix}_beta"]}
    return {**affine, "running_var": np.zeros(FEATURES)}


def _generate(rng: np.random.Generator) -> Inputs:
    chosen = {"eps": rng.uniform(1e-3, 3e-3), "momentum": rng.uniform(0.65, 0.8)}
    return {**fresh_sequences(rng), **{name: np.array(value) for name, value in chosen.items()}}


PART = part_from_rule(
    "batchnorm_forward",
    {**BATCHNORM, **MANNERS},
    _simulate,
    MISTAKES,
    variants=(UNBIASED_RUNNING, STARTS_AT_ONE, IN_FLOAT64),
    variants_only=("float32_kept",),
    labels={**SEQUENCE_LABELS, **MANNER_LABELS},
    reread="section 4.1, the formulas of the forward pass and of the running averages",
)
ANSWER = Answer("batchnorm_forward", _generate, (PART,), by_hand=NORMALIZATIONS)
