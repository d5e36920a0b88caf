"""What is right and wrong in `layernorm`: normalization of each row, forward and backward."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.ways import solution_part
from autograder.kits.library_functions import AUTOGRAD, NORMALIZATIONS
from autograder.kits.normalization_gradients import fresh_gradient_inputs, gradients_answer_part
from autograder.kits.normalization_inputs import fresh_rows
from autograder.kits.normalization_mistakes import BESIDES, EXTRA_LABELS, WORDS, normalization_mistakes, other_epsilons
from course_utils.checks.labels import TABLE, Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER", "FORWARD_MISTAKES"]

SHAPES = {"square": (4, 4), "other": (3, 4)}

STATISTICS = "mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)"
VAR = "x.var(axis=1, keepdims=True)"
X_HAT = "x_hat = (x - mean) / np.sqrt(var + eps)"
OUT = "gamma * x_hat + beta"
FORWARD_MISTAKES = normalization_mistakes(
    "layernorm",
    {
        "batch-axis": {STATISTICS: STATISTICS.replace("axis=1", "axis=0")},
        "unbiased-variance": {VAR: f"{VAR[:-1]}, ddof=1)"},
        "whole-array": {STATISTICS: "mean, var = x.mean(), x.var()"},
        "divides-by-examples": {
            STATISTICS: "mean = x.sum(axis=1, keepdims=True) / len(x)\n"
            "var = ((x - mean) ** 2).sum(axis=1, keepdims=True) / len(x)"
        },
        "mean-of-squares": {VAR: "(x**2).mean(axis=1, keepdims=True)"},
        "divides-by-variance": {X_HAT: "x_hat = (x - mean) / (var + eps)"},
        "epsilon-outside": {X_HAT: "x_hat = (x - mean) / (np.sqrt(var) + eps)"},
        "no-epsilon": {X_HAT: "x_hat = (x - mean) / np.sqrt(var)"},
        "not-centred": {X_HAT: "x_hat = x / np.sqrt(var + eps)"},
        "affine-first": {STATISTICS: f"x = gamma * x + beta\n{STATISTICS}", OUT: "x_hat"},
        "gamma-beta-exchanged": {OUT: "beta * x_hat + gamma"},
        "gamma-missing": {OUT: "x_hat + beta"},
        "beta-missing": {OUT: "gamma * x_hat"},
        "affine-missing": {OUT: "x_hat"},
        "gamma-per-row": {OUT: "gamma[:, None] * x_hat + beta[:, None]"},
        "epsilon-ignored": {'ln_param.get("eps", 1e-5)': "1e-5"},
        "shapes-do-not-fit": {"eps = ln_param": "x = np.eye(len(x)) @ x @ np.eye(len(x))\neps = ln_param"},
        "input-changed": {X_HAT: f"{X_HAT}\nx -= 1"},
    },
)
FORWARD = solution_part(
    "layernorm",
    "layernorm_forward",
    FORWARD_MISTAKES,
    conventions=(
        *normalization_mistakes("layernorm", {"computes-in-float64": {X_HAT: f"{X_HAT}.astype(np.float64)"}}),
        *other_epsilons("layernorm", '"eps", 1e-5', frequent=False),
    ),
    not_in_mistakes=("float32_kept",),
    besides=BESIDES,
    labels={
        "square_out": Label("out", axes=TABLE),
        "other_out": Label("out", then="for a 3 x 4 array", axes=TABLE),
        **EXTRA_LABELS,
    },
    reread="section 4.4, the formulas of layer normalization",
    words=WORDS,
)

DX_HAT = "dx_hat = dout * gamma"
MEANS = "mean, along = dx_hat.mean(axis=1, keepdims=True), (dx_hat * x_hat).mean(axis=1, keepdims=True)"
THROUGH_MEAN, THROUGH_VAR = "dx_hat - mean", "x_hat * along"
ROOT = "along) / np.sqrt(var + eps)"


def _times(factor: str) -> dict[str, str]:
    return {MEANS: f"{MEANS}\nmean, along = mean * {factor}, along * {factor}"}


BACKWARD = gradients_answer_part(
    "layernorm",
    "layernorm_backward",
    FORWARD_MISTAKES,
    {
        "statistics-as-constants": {"(dx_hat - mean - x_hat * along)": "dx_hat"},
        "variance-path-missing": {f"mean - {THROUGH_VAR}": "mean"},
        "mean-path-missing": {THROUGH_MEAN: "dx_hat"},
        "sums-for-means": _times("dout.shape[1]"),
        "bessel-in-backward": _times("(dout.shape[1] / (dout.shape[1] - 1))"),
        "bessel-in-backward (variance)": {THROUGH_VAR: f"{THROUGH_VAR} * dout.shape[1] / (dout.shape[1] - 1)"},
        "variance-gradient-over-all-axes": (
            {THROUGH_VAR: "x_hat * (var + eps) * (along / (var + eps)).sum()"},
            {THROUGH_VAR: "x_hat * along.sum()"},
        ),
        # With the scales inside the sums, as path by path, or outside, as in the short formula.
        "backward-along-wrong-axis": (
            {
                MEANS: "std = np.sqrt(var + eps)\nmean = std * (dx_hat / std).mean(axis=0)\n"
                "along = std**2 * (dx_hat * x_hat / std**2).mean(axis=0)"
            },
            {MEANS: MEANS.replace("axis=1", "axis=0")},
        ),
        "count-of-other-axis": _times("(dout.shape[1] / len(dout))"),
        "gamma-outside-the-means": {DX_HAT: "dx_hat = dout", "dx = (": "dx = gamma * ("},
        "variance-path-halved": {THROUGH_VAR: f"{THROUGH_VAR} / 2"},
        "mean-path-sign": {THROUGH_MEAN: "dx_hat + mean"},
        "no-epsilon-in-backward": (
            {ROOT: "along * (var + eps) / var) / np.sqrt(var)"},
            {ROOT: "along) / np.sqrt(var)"},
        ),
        "gamma-missing-in-dx": {DX_HAT: "dx_hat = dout"},
    },
    var=VAR,
    root=ROOT,
    dgamma="(dout * x_hat).sum(axis=0)",
    dbeta="dout.sum(axis=0)",
    reread="section 4.4, what changes in the backward pass",
)


def _generate(rng: np.random.Generator) -> Inputs:
    rows = {f"{prefix}_rows": shape for prefix, shape in SHAPES.items()}
    inputs = dict(fresh_gradient_inputs(rng, over=1))
    return {**inputs, **{name: fresh_rows(rng, shape) for name, shape in rows.items()}}


ANSWER = Answer("layernorm", _generate, (FORWARD, BACKWARD), by_hand=(*NORMALIZATIONS, *AUTOGRAD))
