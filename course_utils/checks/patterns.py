"""What can still be said about arrays that match nothing known."""

from __future__ import annotations

import numpy as np

from course_utils.checks.types import PartKey
from course_utils.probes.base import Outputs

__all__ = ["explain_pattern"]


def explain_pattern(got: Outputs, key: PartKey) -> str:
    """Describe how the arrays differ from the expected ones, in one or two sentences.

    The order: not finite, nothing moved, right up to a factor, right until a step, unknown.
    """
    described = _not_finite(got, key) or _unmoved(got, key) or _factor(got, key) or _late(got, key)
    return described or "The values differ from the formula, in a way that is not one of the known mistakes."


def _not_finite(got: Outputs, key: PartKey) -> str:
    for name, expected in key.expected.items():
        bad = ~np.isfinite(got[name]) & np.isfinite(expected)
        if bad.any():
            what = "NaN" if np.isnan(got[name][bad]).any() else "infinite"
            return f"{_plain(key, name)}: {int(bad.sum())} of {bad.size} values are {what}."
    return ""


def _unmoved(got: Outputs, key: PartKey) -> str:
    still = [np.array_equal(got[name], np.broadcast_to(base, got[name].shape)) for name, base in key.baselines.items()]
    return "Nothing changed: the values are those from before the first step." if still and all(still) else ""


def _factor(got: Outputs, key: PartKey) -> str:
    with np.errstate(all="ignore"):
        ratios = [(got[name] - base) / (key.expected[name] - base) for name, base in key.baselines.items()]
    if not ratios:
        return ""
    every = np.concatenate([ratio[np.isfinite(ratio)].ravel() for ratio in ratios])
    if not every.size or not np.allclose(every, every[0], rtol=1e-3, atol=0) or np.isclose(every[0], 1, rtol=1e-3):
        return ""
    factor = float(every[0])
    likely = [name for name, value in key.factors.items() if np.isclose(factor, value, rtol=1e-3)]
    source = f" That is {likely[0]}." if likely else ""
    return f"Every change is {factor:.4g} times the expected one.{source}"


def _late(got: Outputs, key: PartKey) -> str:
    first = len(next(iter(key.expected.values()), ()))
    for name, expected in key.expected.items():
        if "{step}" not in key.labels.get(name, ""):
            continue
        scale = np.abs(expected).max()
        close = np.isclose(got[name], expected, rtol=key.rtol, atol=key.rtol * scale)
        wrong = np.flatnonzero(~close.reshape(len(expected), -1).all(axis=1))
        first = min(first, int(wrong[0]) if wrong.size else len(expected))
        if first == 0:
            return ""
    if first in (0, len(next(iter(key.expected.values()), ()))):
        return ""
    kept = "look at what is kept from one step to the next"
    return f"Right for the first {first} step{'s' * (first > 1)}, wrong from step {first + 1}: {kept}."


def _plain(key: PartKey, name: str) -> str:
    return key.labels.get(name, name).replace(" after step {step}", "").replace("{step}", "any")
