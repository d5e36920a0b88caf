"""Whether inputs tell mistakes apart, for answers that draw until they do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from autograder.catalogue.answer import Alternative, AnswerPart, NoOutputsError
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["told_apart"]

LEAST = 1e-4


def told_apart(part: AnswerPart, mistakes: Sequence[Alternative], inputs: Inputs) -> bool:
    """Say whether the right answer and all mistakes of different names differ by more than 1e-4 somewhere."""
    right = Alternative(("right",), (), part.reference)
    seen = [(one.ids, _arrays(one, inputs)) for one in (right, *mistakes)]
    pairs = ((a, b) for (a, b) in combinations(seen, 2) if a[0] != b[0])
    return all(_difference(one, other) > LEAST for (_, one), (_, other) in pairs)


def _arrays(one: Alternative, inputs: Inputs) -> Outputs:
    try:
        return one.simulate(inputs)
    except NoOutputsError:
        return {}


def _difference(one: Outputs, other: Outputs) -> float:
    """Return the largest difference of two entries; infinity for different shapes."""
    if any(one[name].shape != other[name].shape for name in one.keys() & other.keys()):
        return np.inf
    return max((float(np.abs(one[name] - other[name]).max()) for name in one.keys() & other.keys()), default=np.inf)
