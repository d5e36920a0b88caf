"""Batch normalization as a rule: the statistics of the batch while training, running averages of them in test mode."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.kits.normalization_rule import NORMALISE, ROOT_MISTAKES, UNBIASED, WHOLE_ARRAY, variance
from autograder.kits.rules import Mistake, Rule

__all__ = [
    "BATCHNORM",
    "MOMENTUM_IGNORED",
    "NORMALISER_MISTAKES",
    "RUNNING_MISTAKES",
    "STARTS_AT_ONE",
    "STARTS_AT_ZERO",
    "UNBIASED_RUNNING",
]


def _followed(s: SimpleNamespace, old: Any, new: Any) -> NDArray[Any]:
    return np.asarray(s.m * old + (1 - s.m) * new if s.training else old)


# `keep` is what the running variance averages; `training` is given with each call.
BATCHNORM: Rule = {
    **{name: NORMALISE[name] for name in ("eps", "axis", "z", "mean", "var")},
    "m": lambda s: s.given_momentum,
    "keep": lambda s: variance(s.z, s.axis),
    "old_mean": lambda s: s.running_mean,
    "old_var": lambda s: s.running_var,
    "running_mean": lambda s: _followed(s, s.old_mean, s.mean),
    "running_var": lambda s: _followed(s, s.old_var, s.keep),
    "centre": lambda s: s.mean if s.training else s.running_mean,
    "spread": lambda s: s.var if s.training else s.running_var,
    **{name: NORMALISE[name] for name in ("x_hat", "normal", "out")},
}

UNBIASED_RUNNING = Mistake(
    "unbiased-running-variance",
    "The running variance averages unbiased estimates (divided by N - 1), as torch does; the text averages the "
    "biased ones. Both are in use.",
    {"keep": lambda s: variance(s.z, s.axis, ddof=1)},
)
STARTS_AT_ONE = Mistake(
    "running-variance-starts-at-one",
    "The running variance starts at 1, as in torch; the text starts it at 0. Both are in use, and the difference dies "
    "out like momentum**t.",
    {"old_var": lambda s: np.ones_like(s.running_var) if s.call == 1 else s.running_var},
)
STARTS_AT_ZERO = Mistake(
    "running-variance-starts-at-zero",
    "The running variance starts at 0 instead of 1: test mode then divides by far too little until many batches have "
    "been seen.",
    {"old_var": lambda s: np.zeros_like(s.running_var) if s.call == 1 else s.running_var},
)
MOMENTUM_IGNORED = Mistake(
    "momentum-ignored",
    "The momentum that is given is not used; a fixed 0.9 stands in its place.",
    {"m": lambda s: 0.9},
)


def _same_name(name: str, says: str, *ways: Rule, pairs: bool = True) -> tuple[Mistake, ...]:
    """Make one mistake that can be written in several ways."""
    return tuple(Mistake(name, says, formulas, pairs=pairs) for formulas in ways)


NORMALISER_MISTAKES = (
    *_same_name(
        "wrong-axis",
        "The statistics are taken along the wrong axis: one per example (row) instead of one per feature (column).",
        {"axis": lambda s: 1},
        {"mean": lambda s: s.z.mean(1), "var": lambda s: s.z.var(1), "keep": lambda s: s.z.var(1)},
        pairs=False,
    ),
    UNBIASED,
    Mistake(WHOLE_ARRAY.id, WHOLE_ARRAY.says, {**WHOLE_ARRAY.formulas, "keep": lambda s: s.z.var()}, pairs=False),
    Mistake(
        "divides-by-features",
        "The sums over the batch are divided by the number of features instead of the number of examples: right only "
        "where the two are equal.",
        {
            "mean": lambda s: s.z.sum(0) / s.z.shape[1],
            "var": lambda s: ((s.z - s.mean) ** 2).sum(0) / s.z.shape[1],
            "keep": lambda s: s.var,
        },
        pairs=False,
    ),
    *ROOT_MISTAKES,
    Mistake(
        "no-epsilon-in-test",
        "Epsilon is missing in test mode, where a running variance of 0 then gives no number; training mode has it.",
        {"x_hat": lambda s: (s.z - s.centre) / np.sqrt(s.spread + s.eps * s.training)},
        pairs=False,
    ),
)

RUNNING_MISTAKES = (
    Mistake(
        "momentum-swapped",
        "Momentum and 1 - momentum have changed places in the running averages: the new batch gets the large weight. "
        "(In torch the argument `momentum` is the weight of the new batch; here it is that of the old value.)",
        {"m": lambda s: 1 - s.given_momentum},
    ),
    Mistake(
        "running-variance-not-updated",
        "The running variance never changes; only the running mean is kept up to date.",
        {"running_var": lambda s: s.old_var},
    ),
    Mistake(
        "running-mean-not-updated",
        "The running mean never changes; only the running variance is kept up to date.",
        {"running_mean": lambda s: s.old_mean},
        pairs=False,
    ),
    Mistake(
        "running-statistics-not-updated",
        "The running statistics never change: what training sees does not reach test mode.",
        {"running_mean": lambda s: s.old_mean, "running_var": lambda s: s.old_var},
    ),
    *_same_name(
        "running-standard-deviation",
        "The running variance averages standard deviations; the mean of roots is not the root of the mean.",
        {"keep": lambda s: np.sqrt(variance(s.z, s.axis))},
        {"keep": lambda s: np.sqrt(variance(s.z, s.axis) + s.eps)},
        {
            "keep": lambda s: np.sqrt(variance(s.z, s.axis)),
            "spread": lambda s: s.var if s.training else s.running_var**2,
        },
        pairs=False,
    ),
    Mistake(
        "epsilon-in-running-variance",
        "Epsilon is averaged into the running variance and added again when that is used.",
        {"keep": lambda s: variance(s.z, s.axis) + s.eps},
        pairs=False,
    ),
    Mistake(
        "first-batch-copied",
        "The running statistics start as a copy of the first batch's instead of averaging it into their start.",
        {
            "running_mean": lambda s: s.mean if s.call == 1 else _followed(s, s.old_mean, s.mean),
            "running_var": lambda s: s.keep if s.call == 1 else _followed(s, s.old_var, s.keep),
        },
    ),
    *_same_name(
        "running-statistics-in-training",
        "Training mode normalises with the running statistics; they are for test mode only.",
        {"centre": lambda s: s.running_mean, "spread": lambda s: s.running_var},
        {"centre": lambda s: s.old_mean, "spread": lambda s: s.old_var},
        pairs=False,
    ),
    Mistake(
        "batch-statistics-in-test",
        "Test mode normalises with the statistics of the test batch, so what comes out for one example depends on "
        "which others are in the batch.",
        {"centre": lambda s: s.mean, "spread": lambda s: s.var},
    ),
    *_same_name(
        "running-statistics-updated-in-test",
        "Test mode changes the running statistics: looking at test data then changes the model.",
        {
            "running_mean": lambda s: s.m * s.old_mean + (1 - s.m) * s.mean,
            "running_var": lambda s: s.m * s.old_var + (1 - s.m) * s.keep,
        },
        {
            "running_mean": lambda s: s.m * s.old_mean + (1 - s.m) * s.mean,
            "running_var": lambda s: s.m * s.old_var + (1 - s.m) * s.keep,
            "centre": lambda s: s.mean if s.training else s.old_mean,
            "spread": lambda s: s.var if s.training else s.old_var,
        },
        pairs=False,
    ),
)
