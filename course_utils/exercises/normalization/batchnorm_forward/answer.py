"""What is right and wrong in `batchnorm_forward`: batch normalization, with running statistics that start at 0."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import accepted
from autograder.catalogue.ways import solution_part
from autograder.kits.batch_sequences import SEQUENCE_LABELS, fresh_sequences
from autograder.kits.library_functions import NORMALIZATIONS
from autograder.kits.normalization_mistakes import BESIDES, EXTRA_LABELS, WORDS, normalization_mistakes, other_epsilons
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER", "MISTAKES"]

TRAINING = 'if bn_param["mode"] == "train":'
STATISTICS = "mean, var = x.mean(axis=0), x.var(axis=0)"
NEW_MEAN = "momentum * running_mean + (1 - momentum) * mean"
NEW_VAR = "momentum * running_var + (1 - momentum) * var"
IN_TEST = "mean, var = running_mean, running_var"
UPDATED = 'mean, var = bn_param["running_mean"], bn_param["running_var"]'
ROOT = "np.sqrt(var + eps)"
X_HAT = "x_hat = (x - mean) / np.sqrt(var + eps)"
OUT = "gamma * x_hat + beta"
ALWAYS_UPDATED = {TRAINING: "if True:", "else:": 'if bn_param["mode"] == "test":'}

MISTAKES = normalization_mistakes(
    "batchnorm_forward",
    {
        "wrong-axis": (
            {STATISTICS: "mean, var = x.mean(axis=1), x.var(axis=1)"},
            {STATISTICS: "mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)"},
        ),
        "unbiased-variance": (
            {"x.var(axis=0)": "x.var(axis=0, ddof=1)"},
            {"x.var(axis=0)": "x.var(axis=0, ddof=1)", NEW_VAR: NEW_VAR.replace("* var", "* x.var(axis=0)")},
        ),
        "whole-array": {STATISTICS: "mean, var = x.mean(), x.var()"},
        "divides-by-features": {
            STATISTICS: "mean = x.sum(axis=0) / x.shape[1]\nvar = ((x - mean) ** 2).sum(axis=0) / x.shape[1]"
        },
        "divides-by-variance": {ROOT: "(var + eps)"},
        "epsilon-outside": {ROOT: "(np.sqrt(var) + eps)"},
        "no-epsilon": {ROOT: "np.sqrt(var)"},
        "not-centred": {"(x - mean)": "x"},
        "no-epsilon-in-test": {ROOT: 'np.sqrt(var + eps * (bn_param["mode"] == "train"))'},
        "epsilon-outside-in-test": {ROOT: f'({ROOT} if bn_param["mode"] == "train" else np.sqrt(var) + eps)'},
        "affine-missing-in-test": {OUT: f'({OUT} if bn_param["mode"] == "train" else x_hat)'},
        "affine-first": {STATISTICS: f"x = gamma * x + beta\n{STATISTICS}", OUT: "x_hat"},
        "gamma-beta-exchanged": {OUT: "beta * x_hat + gamma"},
        "gamma-missing": {OUT: "x_hat + beta"},
        "beta-missing": {OUT: "gamma * x_hat"},
        "affine-missing": {OUT: "x_hat"},
        "gamma-per-row": {OUT: "gamma[:, None] * x_hat + beta[:, None]"},
        "momentum-swapped": {STATISTICS: f"momentum = 1 - momentum\n{STATISTICS}"},
        "running-variance-not-updated": {NEW_VAR: "running_var"},
        "running-mean-not-updated": {NEW_MEAN: "running_mean"},
        "running-statistics-not-updated": {NEW_MEAN: "running_mean", NEW_VAR: "running_var"},
        "running-standard-deviation": (
            {NEW_VAR: NEW_VAR.replace("* var", "* np.sqrt(var)")},
            {NEW_VAR: NEW_VAR.replace("* var", "* np.sqrt(var + eps)")},
            {NEW_VAR: NEW_VAR.replace("* var", "* np.sqrt(var)"), IN_TEST: f"{IN_TEST}**2"},
        ),
        "epsilon-in-running-variance": {NEW_VAR: NEW_VAR.replace("* var", "* (var + eps)")},
        "first-batch-copied": {STATISTICS: f'{STATISTICS}\nmomentum = momentum * ("running_mean" in bn_param)'},
        "running-statistics-in-training": (
            {X_HAT: f"if bn_param['mode'] == 'train':\n    {UPDATED}\n{X_HAT}"},
            {X_HAT: f"{IN_TEST}\n{X_HAT}"},
        ),
        "batch-statistics-in-test": {IN_TEST: "pass"},
        "running-statistics-updated-in-test": ({**ALWAYS_UPDATED, IN_TEST: UPDATED}, ALWAYS_UPDATED),
        "epsilon-ignored": {'bn_param.get("eps", 1e-5)': "1e-5"},
        "momentum-ignored": {'bn_param.get("momentum", 0.9)': "0.9"},
        "shapes-do-not-fit": {"eps, momentum =": "x = np.eye(len(x)) @ x @ np.eye(len(x))\neps, momentum ="},
        "input-changed": {X_HAT: f"{X_HAT}\nx -= 1"},
    },
)
CONVENTIONS = (
    *normalization_mistakes(
        "batchnorm_forward",
        {
            "unbiased-running-variance": {NEW_VAR: NEW_VAR.replace("* var", "* x.var(axis=0, ddof=1)")},
            "computes-in-float64": {X_HAT: f"{X_HAT}.astype(np.float64)"},
            "statistics-as-rows": {NEW_MEAN: f"({NEW_MEAN}).reshape(1, -1)"},
        },
    ),
    accepted(
        "running-variance-starts-at-one",
        "The running variance starts at 1, as in torch; the text starts it at 0. Both are in use, and the difference "
        "dies out like momentum**t.",
        {'"running_var", np.zeros(': '"running_var", np.ones('},
        frequent=False,
    ),
    *other_epsilons("batchnorm_forward", '"eps", 1e-5', frequent=False),
)


def _generate(rng: np.random.Generator) -> Inputs:
    chosen = {"eps": rng.uniform(1e-3, 3e-3), "momentum": rng.uniform(0.65, 0.8)}
    return {**fresh_sequences(rng), **{name: np.array(value) for name, value in chosen.items()}}


PART = solution_part(
    "batchnorm_forward",
    "batchnorm_forward",
    MISTAKES,
    conventions=CONVENTIONS,
    not_in_mistakes=("float32_kept", "statistics_flat"),
    besides=BESIDES,
    labels={**SEQUENCE_LABELS, **EXTRA_LABELS},
    reread="section 4.1, the formulas of the forward pass and of the running averages",
    words=WORDS,
)
ANSWER = Answer("batchnorm_forward", _generate, (PART,), by_hand=NORMALIZATIONS)
