"""What can still be said about arrays that match nothing known."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.checks.nan_words import meaning_of, with_words_for
from course_utils.checks.types import PartKey
from course_utils.kits.probe import Outputs

__all__ = ["explain_pattern"]

# What labels hold besides words: the place of a number, and what the numbers of a statement mean.
STEP, YES, NO = "{step}", " (1 = yes)", "(0 = "
NUMBERED = re.compile(r"(\w+) \{step\}")
PLURALS = {
    "step": "steps",
    "epoch": "epochs",
    "pass": "passes",
    "layer": "layers",
    "rate": "rates",
    "number": "numbers",
}
# What follows one upon another, so that something can be kept from one to the next.
TIMES = ("step", "epoch", "pass")


def explain_pattern(got: Outputs, key: PartKey) -> str:
    """Describe how the arrays differ from the expected ones, in one or two sentences.

    The order: not finite, nothing moved, right up to a factor, right in some arrays, right until a step, right but for
    statements, unknown.
    """
    for describe in (_not_finite, _unmoved, _factor, _partial, _late, _statements):
        if described := describe(got, key):
            return described
    return "The values differ from the formula, in a way that is not one of the known mistakes."


def _not_finite(got: Outputs, key: PartKey) -> str:
    for name, expected in key.expected.items():
        bad = ~np.isfinite(got[name]) & np.isfinite(expected)
        if bad.any():
            share, worst = f"{int(bad.sum())} of {bad.size} values", float(got[name][bad].max())
            if meaning := meaning_of(worst, key.labels.get(name, "")):
                return f"{_plain(key, name)}: {meaning} ({share})."
            return f"{_plain(key, name)}: {share} are {'NaN' if np.isnan(worst) else 'infinite'}."
    return ""


def _unmoved(got: Outputs, key: PartKey) -> str:
    still = [np.array_equal(got[name], np.broadcast_to(base, got[name].shape)) for name, base in key.baselines.items()]
    if not still or not all(still):
        return ""
    return (
        "Nothing changed: the values are those from before the first step. A name bound to a new tensor leaves the "
        "old one, which others hold, as it was."
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


def _partial(got: Outputs, key: PartKey) -> str:
    judged = [name for name, expected in key.expected.items() if expected.ndim]
    right = [name for name in judged if _right(got, key, name).all()]
    if not right or len(right) == len(judged):
        return ""
    wrong = [name for name in judged if name not in right]
    said = _listed([_plain(key, name).removesuffix(YES) for name in right if NO not in _plain(key, name)])
    missed = _listed([_first(got, key, name) for name in wrong])
    return f"Right: {said}. Not right: {missed}." if said else f"Not right: {missed}."


def _listed(labels: list[str]) -> str:
    """Join labels by commas, or by semicolons where a label has a comma itself."""
    return ("; " if any("," in label for label in labels) else ", ").join(labels)


def _first(got: Outputs, key: PartKey, name: str) -> str:
    """Speak of an array that is not right, by the first of its rows that is not."""
    wrong = np.argwhere(~_right(got, key, name))
    return _without_steps(key, name).replace(STEP, str(int(wrong[0][0]) + 1))


def _right(got: Outputs, key: PartKey, name: str) -> NDArray[Any]:
    expected = key.expected[name]
    return np.isclose(got[name], expected, rtol=key.rtol, atol=key.rtol * np.abs(expected).max(initial=0))


def _late(got: Outputs, key: PartKey) -> str:
    firsts = []
    for name, expected in key.expected.items():
        numbered = NUMBERED.search(key.labels.get(name, ""))
        if numbered and numbered[1] in TIMES:
            wrong = np.flatnonzero(~_right(got, key, name).reshape(len(expected), -1).all(axis=1))
            firsts += [(int(wrong[0]), numbered[1])] if wrong.size else []
    first, time = min(firsts, default=(0, ""))
    if not first:
        return ""
    kept = f"look at what is kept from one {time} to the next"
    begun = time if first == 1 else f"{first} {PLURALS[time]}"
    return f"Right for the first {begun}, wrong from {time} {first + 1}: {kept}."


def _statements(got: Outputs, key: PartKey) -> str:
    """Where all numbers are right, say which of the statements about the call are not as they should be."""
    stated = [name for name in key.expected if YES in key.labels.get(name, "")]
    numbers = [name for name in key.expected if name not in stated]
    if not all(_right(got, key, name).all() for name in numbers):
        return ""
    wrong = [name for name in stated if not _right(got, key, name).all()]
    groups = (
        ("Not so, and should be", [name for name in wrong if key.expected[name].any()]),
        ("So, and should not be", [name for name in wrong if not key.expected[name].any()]),
    )
    said = [f"{how}: {_listed([_plain(key, n).removesuffix(YES) for n in names])}." for how, names in groups if names]
    return " ".join([*(["The values are right."] if numbers and said else []), *said])


def _plain(key: PartKey, name: str) -> str:
    """Speak of an array as a whole."""
    rows = len(np.atleast_1d(key.expected[name]))
    if rows == 1:
        return _without_steps(key, name).replace(STEP, "1")
    return NUMBERED.sub(lambda found: f"{PLURALS.get(found[1], found[1])} 1 to {rows}", _without_steps(key, name))


def _without_steps(key: PartKey, name: str) -> str:
    """Return a label in which steps go without saying; other numbers, as of epochs and layers, keep their place."""
    label = with_words_for(0.0, key.labels.get(name, name))
    return label.replace(f" after step {STEP}", "").replace(f" at step {STEP}", "")
