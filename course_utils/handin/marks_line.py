"""The line in which a check states its marks: written by `check`, read again from a saved notebook."""

from __future__ import annotations

import re

__all__ = ["marks_in", "marks_line"]


def marks_line(exercise: str, score: float, max_score: float) -> str:
    """Return the marks of an exercise, as in "momentum: 0.5 of 1 point"."""
    return f"{exercise}: {score:g} of {max_score:g} point{'s' * (max_score != 1)}"


def marks_in(text: str, exercise: str) -> float | None:
    """Return the marks, in points, that the last such line of a text states; None if there is none."""
    found = re.findall(rf"^\[[^\]\n]+\] {re.escape(exercise)}: ([\d.]+(?:e-\d+)?) of [\d.]+ points?$", text, re.M)
    return float(found[-1]) if found else None
