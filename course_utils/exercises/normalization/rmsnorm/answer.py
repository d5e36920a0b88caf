"""What is right and wrong in `rmsnorm`: each row divided by the root of its mean square, times a gain."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import edit
from autograder.catalogue.ways import solution_part
from autograder.kits.library_functions import NORMALIZATIONS
from autograder.kits.module_statements import (
    MODULE_LABELS,
    MODULE_MISTAKES,
    OTHER_DTYPE,
    Statements,
    statements_part,
)
from autograder.kits.normalization_mistakes import (
    EXTRA_LABELS,
    GRADIENT_LABELS,
    WORDS,
    normalization_mistakes,
    other_epsilons,
)
from course_utils.checks.labels import TABLE, Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

WIDE = "wide = x if x.dtype == torch.float64 else x.float()"
MEAN_SQUARE = "wide.square().mean(dim=1, keepdim=True)"
ROOT = "torch.sqrt(mean_square + self.eps)"
OUT = "return self.gain * ("
DEVIATION = "The row is divided by its standard deviation; the mean square is taken about 0, not about the mean."

MISTAKES = (
    edit(
        "mean-subtracted",
        "The mean is subtracted: that is layer normalization. RMS normalization does not subtract the mean.",
        {WIDE: f"{WIDE}\nwide = wide - wide.mean(dim=1, keepdim=True)"},
    ),
    *(
        edit(
            "standard-deviation-for-rms",
            DEVIATION,
            {MEAN_SQUARE: f"wide.var(dim=1, correction={correction}, keepdim=True)"},
            pairs=False,
        )
        for correction in (0, 1)
    ),
    edit(
        "sum-for-mean",
        "The squares are summed, not averaged: the result is too small by the root of the number of features.",
        {MEAN_SQUARE: "wide.square().sum(dim=1, keepdim=True)"},
    ),
    edit(
        "batch-axis",
        "The squares are averaged over the batch, one per feature (column); it should be one per example (row).",
        {MEAN_SQUARE: "wide.square().mean(dim=0, keepdim=True)"},
    ),
    edit(
        "whole-array",
        "One mean square is taken over the whole array, so examples share a scale.",
        {MEAN_SQUARE: "wide.square().mean()"},
        pairs=False,
    ),
    edit("no-root", "The row is divided by the mean square itself, not by its root.", {"torch.sqrt(": "("}),
    edit(
        "epsilon-outside",
        "Epsilon is added after the root; it belongs to the mean square.",
        {ROOT: "(torch.sqrt(mean_square) + self.eps)"},
    ),
    edit(
        "no-epsilon",
        "Epsilon is missing: the result for a row of zeros is not a number.",
        {ROOT: "torch.sqrt(mean_square)"},
    ),
    edit("gain-missing", "The result does not depend on a gain that can be trained.", {OUT: "return ("}),
    edit(
        "gain-starts-at-zero",
        "The gain starts at 0, so the output is 0; it should start at 1.",
        {"torch.ones(": "torch.zeros("},
        share=0.0,
        pairs=False,
    ),
    *normalization_mistakes(
        "rmsnorm",
        {
            "epsilon-ignored": {"self.eps = eps": "self.eps = 1e-5"},
            "shapes-do-not-fit": {WIDE: f"x.reshape(len(x), len(x))\n{WIDE}"},
            "statistics-as-constants": {"mean_square = wide": "mean_square = wide.detach()"},
            "one-statistic-as-constant": {"wide.square()": "(wide * wide.detach())"},
            "graph-cut": {WIDE: f"x = x.detach()\n{WIDE}", OUT: "return self.gain.detach() * ("},
        },
    ),
)
STATE_MISTAKES = (
    Statements(
        "gain-not-a-parameter", "The module has nothing to train: the gain must be a parameter.", {"parameters": 0.0}
    ),
    *MODULE_MISTAKES,
)
STATE_CONVENTIONS = (
    OTHER_DTYPE,
    Statements(
        "overflows-in-float16",
        "Right; but in float16 the square of 300 is infinite. Implementations in use take the squares in float32.",
        {"half_large": 0.0},
        share=1.0,
    ),
    Statements(
        "with-shift",
        "The module also has a shift; RMS normalization has none.",
        {"parameters": 2.0},
        share=1.0,
    ),
)


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


VALUES = solution_part(
    "rmsnorm",
    "RMSNorm",
    MISTAKES,
    conventions=other_epsilons("rmsnorm", "eps=1e-5", frequent=False),
    labels={
        "square_out": Label("output for a 4 x 4 array", axes=TABLE),
        "other_out": Label("output for a 3 x 5 array with the default values", axes=TABLE),
        "test_out": Label("output for one row in test mode", axes=TABLE),
        **EXTRA_LABELS,
        **GRADIENT_LABELS,
    },
    reread="section 4.4, the formula of RMS normalization",
    weight=4.0,
    words={**WORDS, "wide": "input", "mean_square": "mean square"},
)
STATE = statements_part(
    "RMSNorm as a module",
    {
        "parameters": Label("number of parameters to train"),
        "half_large": Label("works in float16 for values of some hundreds", statement=True),
        **MODULE_LABELS,
    },
    STATE_MISTAKES,
    conventions=STATE_CONVENTIONS,
    reread="section 4.2, what a module must take",
    weight=1.0,
)
ANSWER = Answer("rmsnorm", _generate, (VALUES, STATE), by_hand=NORMALIZATIONS)
