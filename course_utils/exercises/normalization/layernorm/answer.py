"""The answer to `layernorm`: normalization of each row, forward and backward."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer, Simulate
from autograder.kits.accepted_conventions import over_calls, part_from_rule
from autograder.kits.library import AUTOGRAD, NORMALIZATIONS
from autograder.kits.manners import (
    FLOAT32_KEPT,
    IN_FLOAT64,
    INPUT_CHANGED,
    INPUTS_LEFT_ALONE,
    MANNER_LABELS,
    SHAPES_DO_NOT_FIT,
)
from autograder.kits.normalization_gradients import fresh_gradient_inputs, gradients_answer_part
from autograder.kits.normalization_rule import AFFINE_MISTAKES, EPSILON_IGNORED, GAMMA_PER_ROW, NORMALISE
from autograder.kits.row_statistics import ROW_MISTAKES, fresh_rows
from autograder.kits.rules import Rule
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

MISTAKES = (*ROW_MISTAKES, *AFFINE_MISTAKES, GAMMA_PER_ROW, EPSILON_IGNORED, SHAPES_DO_NOT_FIT, INPUT_CHANGED)
SHAPES = {"square": (4, 4), "other": (3, 4)}


def _simulate(rule: Rule) -> Simulate:
    def simulate(inputs: Inputs) -> Outputs:
        outputs: Outputs = {"fits": np.array(0.0)}
        for prefix, eps in (("square", float(inputs["eps"])), ("other", 1e-5)):
            given = {"x": inputs[f"{prefix}_rows"], "given_eps": eps, "over": 1, "prefix": prefix}
            affine = {name: inputs[f"{prefix}_{name}"] for name in ("gamma", "beta")}
            for state in over_calls(rule, [{**given, **affine}], {}):
                outputs[f"{prefix}_out"] = np.asarray(state.out)
                outputs["fits"] = np.array(float(prefix == "other"))
                if prefix == "other":
                    outputs["inputs_left_alone"] = np.array(state.inputs_left_alone)
                    outputs["float32_kept"] = np.array(state.float32_kept)
        return outputs

    return simulate


def _generate(rng: np.random.Generator) -> Inputs:
    inputs = dict(fresh_gradient_inputs(rng, over=1))
    for prefix, shape in SHAPES.items():
        inputs[f"{prefix}_rows"] = fresh_rows(rng, shape)
    return inputs


ANSWER = Answer(
    "layernorm",
    _generate,
    (
        part_from_rule(
            "layernorm_forward",
            {**NORMALISE, **INPUTS_LEFT_ALONE, **FLOAT32_KEPT},
            _simulate,
            MISTAKES,
            variants=(IN_FLOAT64,),
            variants_only=("float32_kept",),
            labels={"square_out": "out", "other_out": "out (for a 3 x 4 array)", **MANNER_LABELS},
            reread="section 4.4, the formulas of layer normalization",
        ),
        gradients_answer_part("layernorm_backward", 1, "section 4.4, what changes in the backward pass"),
    ),
    by_hand=(*NORMALIZATIONS, *AUTOGRAD),
)
