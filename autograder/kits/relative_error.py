"""The largest relative error of two arrays as a rule, its mistakes, and the accepted other size."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.kits.rules import Mistake, Rule

__all__ = ["ERROR_MISTAKES", "ERROR_RULE", "ERROR_VARIANTS"]

Array = NDArray[Any]
FLOOR = 1e-8

ERROR_RULE: Rule = {
    "difference": lambda s: np.abs(s.x - s.y),
    "size": lambda s: np.abs(s.x) + np.abs(s.y),
    "floored": lambda s: np.maximum(FLOOR, s.size),
    "error": lambda s: (s.difference / s.floored).max(axis=1),
}

ERROR_MISTAKES = (
    Mistake(
        "mean-instead-of-max",
        "The errors are averaged: one wrong entry among many would hide.",
        {"error": lambda s: (s.difference / s.floored).mean(axis=1)},
    ),
    Mistake(
        "no-floor", "Where both values are zero, 0/0 gives NaN: the floor is missing.", {"floored": lambda s: s.size}
    ),
    Mistake(
        "floor-added",
        "The floor is added to the size; it should only replace sizes that are smaller.",
        {"floored": lambda s: s.size + FLOOR},
        share=0.75,
    ),
    Mistake(
        "absolute-error",
        "This is the absolute error: it is not divided by the size of the values.",
        {"floored": lambda s: np.ones_like(s.size)},
    ),
    Mistake(
        "first-argument-only",
        "The difference is divided by the size of x alone: the result changes when x and y change places.",
        {"size": lambda s: np.abs(s.x)},
    ),
    Mistake(
        "second-argument-only",
        "The difference is divided by the size of y alone: the result changes when x and y change places.",
        {"size": lambda s: np.abs(s.y)},
    ),
    Mistake(
        "size-of-sum",
        "abs(x + y) is small where the signs differ; add the sizes.",
        {"size": lambda s: np.abs(s.x + s.y)},
    ),
    Mistake(
        "sign-kept",
        "The difference keeps its sign, so an error below zero never counts.",
        {"difference": lambda s: s.x - s.y},
    ),
    Mistake(
        "largest-over-largest",
        "The largest difference is divided by the largest size, which may stand elsewhere: an error in a small entry "
        "disappears.",
        {"error": lambda s: s.difference.max(axis=1) / s.floored.max(axis=1)},
    ),
    Mistake(
        "norms-instead-of-entries",
        "The norms of whole arrays are compared: small entries disappear behind large ones. Take the worst entry.",
        {"error": lambda s: _norms(s.x - s.y) / np.maximum(FLOOR, _norms(s.x) + _norms(s.y))},
    ),
)

ERROR_VARIANTS = (
    Mistake(
        "larger-size",
        "Divided by the larger of the two sizes instead of their sum: also in use, and between one and two times as "
        "large.",
        {"size": lambda s: np.maximum(np.abs(s.x), np.abs(s.y))},
        share=1.0,
    ),
)


def _norms(rows: Array) -> Array:
    return np.asarray(np.linalg.norm(rows, axis=1))
