"""What can still be said about arrays that match nothing known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from course_utils.checks.closeness import close
from course_utils.checks.labels import TIMES, Label, plural
from course_utils.checks.types import PartKey
from course_utils.kits.probe import Outputs

__all__ = ["explain_pattern"]

# Relative differences up to this are those of rounding and of searches; mistakes in a formula are larger.
NEARLY = 3e-3
# Numbers that are smaller than the largest by this factor are compared with it, not with themselves.
FLOOR = 0.01


def explain_pattern(got: Outputs, key: PartKey) -> str:
    """Describe how the arrays differ from the expected ones, in one or two sentences.

    The order: not finite, nothing moved, right up to a factor, nearly right, right in some arrays, right until a step,
    right but for statements, unknown.
    """
    for describe in (_not_finite, _unmoved, _factor, _nearly, _partial, _late, _statements):
        if described := describe(got, key):
            return described
    return "The values differ from the formula, in a way that is not one of the known mistakes."


def _not_finite(got: Outputs, key: PartKey) -> str:
    for name, expected in key.expected.items():
        bad = ~np.isfinite(got[name]) & np.isfinite(expected)
        if bad.any():
            share, worst = f"{int(bad.sum())} of {bad.size} values", float(got[name][bad].max())
            if meaning := _label(key, name).meaning(worst):
                return f"{_plain(key, name)}: {meaning} ({share})."
            return f"{_plain(key, name)}: {share} are {'NaN' if np.isnan(worst) else 'infinite'}."
    return ""


def _unmoved(got: Outputs, key: PartKey) -> str:
    still = [np.array_equal(got[name], np.broadcast_to(base, got[name].shape)) for name, base in key.baselines.items()]
    if not still or not all(still):
        return ""
    if not any(np.any(base) for base in key.baselines.values()):
        return "Every value is 0."
    return (
        "Nothing changed: the values are those from before the first step. Either the line that changes them is not "
        "reached, or what it adds is 0, or it gives a name to a new value and leaves the old one as it was."
    )


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


def _nearly(got: Outputs, key: PartKey) -> str:
    """Speak of numbers that are rounded, or found in another way than by the formula."""
    gaps = [0.0]
    for name, expected in key.expected.items():
        away = got[name] - expected
        if _label(key, name).statement or not np.isfinite(expected).all() or not expected.size:
            gaps.append(0.0 if _right(got, key, name).all() else 1.0)
            continue
        size = np.abs(expected - key.baselines.get(name, 0.0))
        with np.errstate(over="ignore", invalid="ignore"):
            gaps.append(float(np.max(np.abs(away) / np.maximum(size, FLOOR * size.max() + np.finfo(float).tiny))))
    if max(gaps) > NEARLY:
        return ""
    return (
        f"All values are nearly right, to {100 * max(gaps):.2g} %, but not equal: a number is rounded or has a lower "
        "precision, a small constant is another one, or the result is found by trying instead of by the formula."
    )


def _partial(got: Outputs, key: PartKey) -> str:
    judged = [name for name, expected in key.expected.items() if expected.ndim]
    right = [name for name in judged if _right(got, key, name).all()]
    if not right or len(right) == len(judged):
        return ""
    wrong = [name for name in judged if name not in right]
    said = _listed([_plain(key, name) for name in right if not _label(key, name).zero])
    missed = _listed([_first(got, key, name) for name in wrong])
    return f"Right: {said}. Not right: {missed}." if said else f"Not right: {missed}."


def _listed(labels: list[str]) -> str:
    """Join labels by commas, or by semicolons where a label has a comma itself."""
    return ("; " if any("," in label for label in labels) else ", ").join(labels)


def _first(got: Outputs, key: PartKey, name: str) -> str:
    """Speak of an array that is not right, by the first of its rows that is not."""
    wrong = np.argwhere(~_right(got, key, name))
    return _label(key, name).first_wrong(int(wrong[0][0]) + 1)


def _right(got: Outputs, key: PartKey, name: str) -> NDArray[np.bool_]:
    return close(got[name], key.expected[name], key, name)


def _late(got: Outputs, key: PartKey) -> str:
    firsts = []
    for name, expected in key.expected.items():
        if (time := _label(key, name).rows) in TIMES:
            wrong = np.flatnonzero(~_right(got, key, name).reshape(len(expected), -1).all(axis=1))
            firsts += [(int(wrong[0]), time)] if wrong.size else []
    first, time = min(firsts, default=(0, ""))
    if not first:
        return ""
    begun = time if first == 1 else f"{first} {plural(time)}"
    kept = f"look at what is kept from one {time} to the next"
    return f"Right for the first {begun}, wrong from {time} {first + 1}: {kept}."


def _statements(got: Outputs, key: PartKey) -> str:
    """Where all numbers are right, say which of the statements about the call are not as they should be."""
    stated = [name for name in key.expected if _label(key, name).statement]
    numbers = [name for name in key.expected if name not in stated]
    if not all(_right(got, key, name).all() for name in numbers):
        return ""
    wrong = [name for name in stated if not _right(got, key, name).all()]
    groups = (
        ("This should be the case and is not", [name for name in wrong if key.expected[name].any()]),
        ("This is the case and should not be", [name for name in wrong if not key.expected[name].any()]),
    )
    said = [f"{how}: {_listed([_plain(key, name) for name in names])}." for how, names in groups if names]
    return " ".join([*(["The values are right."] if numbers and said else []), *said])


def _plain(key: PartKey, name: str) -> str:
    """Speak of an array as a whole."""
    return _label(key, name).whole(len(np.atleast_1d(key.expected[name])))


def _label(key: PartKey, name: str) -> Label:
    return key.labels.get(name, Label(name))
