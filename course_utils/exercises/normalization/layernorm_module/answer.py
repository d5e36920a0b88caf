"""The answer to `layernorm_module`: normalization of each row as a torch module without gain and shift."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer, Simulate
from autograder.kits.accepted_conventions import over_calls, part_from_rule
from autograder.kits.epsilons import OTHER_EPSILON, RARE_EPSILONS
from autograder.kits.library import NORMALIZATIONS
from autograder.kits.manners import MANNER_LABELS, SHAPES_DO_NOT_FIT
from autograder.kits.module_manners import MODULE_MANNER_MISTAKES, MODULE_MANNERS, OTHER_DTYPE, flag_part, turned
from autograder.kits.normalization_rule import NORMALISE
from autograder.kits.row_statistics import ROW_MISTAKES, fresh_rows
from autograder.kits.rules import Rule
from autograder.kits.way_back import WAY_BACK, WAY_BACK_LABELS, WAY_BACK_MISTAKES, way_back
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

CONSTANTS = {"gamma": 1.0, "beta": 0.0, "given_eps": 1e-5, "over": 1}
LABELS = {
    "square_out": "output for a 4 x 4 array",
    "other_out": "output for a 3 x 5 array",
    "test_out": "output for one row in test mode",
    **MANNER_LABELS,
    **WAY_BACK_LABELS,
}


def _simulate(rule: Rule) -> Simulate:
    def simulate(inputs: Inputs) -> Outputs:
        given = {
            "square_out": (inputs["square_rows"], "square"),
            "other_out": (inputs["other_rows"], "other"),
            "test_out": (inputs["other_rows"][:1], "other"),
        }
        outputs: Outputs = {}
        for name, (x, prefix) in given.items():
            for state in over_calls(rule, [{"x": x, "prefix": prefix}], CONSTANTS):
                outputs[name] = np.asarray(state.out)
        return {**outputs, "fits": np.array(float("test_out" in outputs)), **way_back(rule)}

    return simulate


def _generate(rng: np.random.Generator) -> Inputs:
    plain = rng.normal(size=(4, 4)) * rng.uniform(0.8, 2.0, size=(4, 1))
    rows = {"square_rows": fresh_rows(rng, (4, 4)), "other_rows": fresh_rows(rng, (3, 5))}
    return {**rows, "plain": plain, "dout": rng.normal(size=plain.shape)}


WITH_AFFINE = turned(
    "with-gain-and-shift",
    "The module has a gain and a shift to train, as torch's has; the text leaves them out here.",
    {"parameters": 2.0},
)

ANSWER = Answer(
    "layernorm_module",
    _generate,
    (
        part_from_rule(
            "LayerNorm",
            {**NORMALISE, **WAY_BACK},
            _simulate,
            (*ROW_MISTAKES, SHAPES_DO_NOT_FIT, *WAY_BACK_MISTAKES),
            variants=(OTHER_EPSILON,),
            also=RARE_EPSILONS,
            labels=LABELS,
            reread="section 4.4, the formulas of layer normalization",
            weight=4.0,
        ),
        flag_part(
            "LayerNorm as a module",
            {"parameters": "number of parameters", **MODULE_MANNERS},
            MODULE_MANNER_MISTAKES,
            usual={"parameters": 0.0},
            variants=(OTHER_DTYPE, WITH_AFFINE),
            reread="section 4.2, what a module must take",
            weight=1.0,
        ),
    ),
    by_hand=NORMALIZATIONS,
)
