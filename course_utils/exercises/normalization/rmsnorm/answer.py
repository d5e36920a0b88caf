"""The answer to `rmsnorm`: each row divided by the root of its mean square, times a gain."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer, Simulate
from autograder.kits.accepted_conventions import over_calls, part_from_rule
from autograder.kits.library import NORMALIZATIONS
from autograder.kits.manners import MANNER_LABELS, SHAPES_DO_NOT_FIT
from autograder.kits.module_manners import MODULE_MANNER_MISTAKES, MODULE_MANNERS, OTHER_DTYPE, flag_part, turned
from autograder.kits.normalization_rule import EPSILON_IGNORED, average, variance
from autograder.kits.rules import Mistake, Rule
from autograder.kits.way_back import WAY_BACK, WAY_BACK_LABELS, WAY_BACK_MISTAKES, way_back
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

RULE: Rule = {
    "eps": lambda s: s.given_eps,
    "axis": lambda s: 1,
    "z": lambda s: s.x,
    "square": lambda s: average(s.z**2, s.axis),
    "x_hat": lambda s: s.z / np.sqrt(s.square + s.eps),
    "out": lambda s: s.gain * s.x_hat,
    **WAY_BACK,
}
MISTAKES = (
    Mistake(
        "mean-subtracted",
        "The mean is subtracted: that is layer normalization. This one leaves the mean where it is.",
        {"z": lambda s: s.x - average(s.x, 1)},
    ),
    *(
        Mistake(
            "standard-deviation-for-rms",
            "The row is divided by its standard deviation; the mean square is taken about 0, not about the mean.",
            {"square": formula},
            pairs=False,
        )
        for formula in (lambda s: variance(s.z, 1), lambda s: variance(s.z, 1, ddof=1))
    ),
    Mistake(
        "sum-for-mean",
        "The squares are summed, not averaged: the result is too small by the root of the number of features.",
        {"square": lambda s: (s.z**2).sum(s.axis, keepdims=True)},
    ),
    Mistake(
        "batch-axis",
        "The squares are averaged over the batch, one per feature (column); it should be one per example (row).",
        {"axis": lambda s: 0},
    ),
    Mistake(
        "whole-array",
        "One mean square is taken over the whole array, so examples share a scale.",
        {"square": lambda s: np.mean(s.z**2)},
        pairs=False,
    ),
    Mistake(
        "no-root",
        "The row is divided by the mean square itself, not by its root.",
        {"x_hat": lambda s: s.z / (s.square + s.eps)},
    ),
    Mistake(
        "epsilon-outside",
        "Epsilon is added after the root; it belongs to the mean square.",
        {"x_hat": lambda s: s.z / (np.sqrt(s.square) + s.eps)},
    ),
    Mistake(
        "no-epsilon",
        "Epsilon is missing: a row of zeros gives no number.",
        {"x_hat": lambda s: s.z / np.sqrt(s.square)},
    ),
    Mistake(
        "gain-missing",
        "The result does not depend on a gain that can be trained.",
        {"out": lambda s: s.x_hat},
    ),
    Mistake(
        "gain-starts-at-zero",
        "The gain starts at 0, so that nothing comes out; it starts at 1.",
        {"out": lambda s: 0.0 * s.x_hat},
        share=0.0,
        pairs=False,
    ),
    EPSILON_IGNORED,
    SHAPES_DO_NOT_FIT,
    *WAY_BACK_MISTAKES,
)


def _simulate(rule: Rule) -> Simulate:
    def simulate(inputs: Inputs) -> Outputs:
        ones = np.ones(inputs["other_rows"].shape[1])
        given = {
            "square_out": (inputs["square_rows"], "square", inputs["gain"], float(inputs["eps"])),
            "other_out": (inputs["other_rows"], "other", ones, 1e-5),
            "test_out": (inputs["other_rows"][:1], "other", ones, 1e-5),
        }
        outputs: Outputs = {}
        for name, (x, prefix, gain, eps) in given.items():
            for state in over_calls(rule, [{"x": x, "prefix": prefix, "gain": gain, "given_eps": eps}], {}):
                outputs[name] = np.asarray(state.out)
        return {**outputs, "fits": np.array(float("test_out" in outputs)), **way_back(rule)}

    return simulate


def _generate(rng: np.random.Generator) -> Inputs:
    inputs = {}
    for prefix, shape in (("square", (4, 4)), ("other", (3, 5))):
        scales = np.resize([1.0, 3.0, 0.03], shape[0])[:, None]
        rows = (rng.normal(size=shape) + rng.uniform(0.5, 1.0)) * scales
        rows[-1] = rows[-1] * (prefix == "other")
        inputs[f"{prefix}_rows"] = rows
    gain = rng.uniform(1.3, 2.2, size=4) * rng.choice([-1.0, 1.0], size=4)
    plain = rng.normal(size=(4, 4)) * rng.uniform(0.8, 2.0, size=(4, 1))
    eps = np.array(rng.uniform(5e-4, 2e-3))
    return {**inputs, "gain": gain, "plain": plain, "eps": eps, "dout": rng.normal(size=plain.shape)}


STATE_MISTAKES = (
    turned(
        "gain-not-a-parameter",
        "The module has nothing to train: the gain must be a parameter.",
        {"parameters": 0.0},
    ),
    *MODULE_MANNER_MISTAKES,
)
VARIANTS = (
    OTHER_DTYPE,
    turned(
        "overflows-in-float16",
        "Right; but in float16 the square of 300 is infinite. Implementations in use take the squares in float32.",
        {"half_large": 0.0},
    ),
    turned("with-shift", "The module has a shift too; RMS normalization does without.", {"parameters": 2.0}),
)

ANSWER = Answer(
    "rmsnorm",
    _generate,
    (
        part_from_rule(
            "RMSNorm",
            RULE,
            _simulate,
            MISTAKES,
            labels={
                "square_out": "output for a 4 x 4 array",
                "other_out": "output for a 3 x 5 array with the default values",
                "test_out": "output for one row in test mode",
                **MANNER_LABELS,
                **WAY_BACK_LABELS,
            },
            reread="section 4.4, the formula of RMS normalization",
            weight=4.0,
        ),
        flag_part(
            "RMSNorm as a module",
            {
                "parameters": "number of parameters to train",
                "half_large": "works in float16 for values of some hundreds (1 = yes)",
                **MODULE_MANNERS,
            },
            STATE_MISTAKES,
            variants=VARIANTS,
            reread="section 4.2, what a module must take",
            weight=1.0,
        ),
    ),
    by_hand=NORMALIZATIONS,
)
