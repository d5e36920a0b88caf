"""What is right and wrong in `layernorm_module`: normalization of each row as a torch module without gain and shift."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.ways import solution_part
from autograder.kits.library_functions import NORMALIZATIONS
from autograder.kits.module_statements import (
    MODULE_LABELS,
    MODULE_MISTAKES,
    OTHER_DTYPE,
    WITH_AFFINE,
    statements_part,
)
from autograder.kits.normalization_inputs import fresh_rows
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

MEAN = "x.mean(dim=1, keepdim=True)"
CENTRED = f"centred = x - {MEAN}"
VAR = "centred.square().mean(dim=1, keepdim=True)"
ROOT = "torch.sqrt(var + 1e-5)"
CONSTANT_MEAN, CONSTANT_VAR = {"x - x.mean": "x - x.detach().mean"}, {"var = centred": "var = centred.detach()"}

MISTAKES = normalization_mistakes(
    "layernorm_module",
    {
        "batch-axis": {MEAN: "x.mean(dim=0, keepdim=True)", VAR: "centred.square().mean(dim=0, keepdim=True)"},
        "unbiased-variance": {VAR: "centred.square().sum(dim=1, keepdim=True) / (x.shape[1] - 1)"},
        "whole-array": {MEAN: "x.mean()", VAR: "centred.square().mean()"},
        "divides-by-examples": {
            MEAN: "x.sum(dim=1, keepdim=True) / len(x)",
            VAR: "centred.square().sum(dim=1, keepdim=True) / len(x)",
        },
        "mean-of-squares": {"centred.square()": "x.square()"},
        "divides-by-variance": {"torch.sqrt(": "("},
        "epsilon-outside": {ROOT: "(torch.sqrt(var) + 1e-5)"},
        "no-epsilon": {ROOT: "torch.sqrt(var)"},
        "not-centred": {"return centred": "return x"},
        "shapes-do-not-fit": {CENTRED: f"x.reshape(len(x), len(x))\n{CENTRED}"},
        "statistics-as-constants": {**CONSTANT_MEAN, **CONSTANT_VAR},
        "one-statistic-as-constant": (CONSTANT_MEAN, CONSTANT_VAR),
        "graph-cut": {CENTRED: f"x = x.detach()\n{CENTRED}"},
    },
)


def _generate(rng: np.random.Generator) -> Inputs:
    plain = rng.normal(size=(4, 4)) * rng.uniform(0.8, 2.0, size=(4, 1))
    rows = {"square_rows": fresh_rows(rng, (4, 4)), "other_rows": fresh_rows(rng, (3, 5))}
    return {**rows, "plain": plain, "dout": rng.normal(size=plain.shape)}


VALUES = solution_part(
    "layernorm_module",
    "LayerNorm",
    MISTAKES,
    conventions=other_epsilons("layernorm_module", "1e-5", "1e-3"),
    labels={
        "square_out": Label("output for a 4 x 4 array", axes=TABLE),
        "other_out": Label("output for a 3 x 5 array", axes=TABLE),
        "test_out": Label("output for one row in test mode", axes=TABLE),
        **EXTRA_LABELS,
        **GRADIENT_LABELS,
    },
    reread="section 4.4, the formulas of layer normalization",
    weight=4.0,
    words=WORDS,
)
STATE = statements_part(
    "LayerNorm as a module",
    {"parameters": Label("number of parameters"), **MODULE_LABELS},
    MODULE_MISTAKES,
    usual={"parameters": 0.0},
    conventions=(OTHER_DTYPE, WITH_AFFINE),
    reread="section 4.2, what a module must take",
    weight=1.0,
)
ANSWER = Answer("layernorm_module", _generate, (VALUES, STATE), by_hand=NORMALIZATIONS)
