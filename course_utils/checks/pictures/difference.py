"""Which array of a part a picture is drawn of, and everything that the picture needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.checks.accepted import accepted_arrays
from course_utils.checks.closeness import close
from course_utils.checks.labels import TIMES, Label
from course_utils.checks.types import Judgement, Key, Observation, PartKey
from course_utils.kits.probe import Outputs

__all__ = ["Difference", "differences"]


@dataclass(frozen=True)
class Difference:
    """An array that is not as expected.

    Args:
        label: How to speak of it.
        got: The student's values.
        expected: The expected values, of the same shape.
        right: Which entries are right.
        start: The values before the first step, of the shape of one step; None where there are none.
        across: The other coordinate, where both are the path of a point.
    """

    label: Label
    got: NDArray[Any]
    expected: NDArray[Any]
    right: NDArray[np.bool_]
    start: NDArray[Any] | None = None
    across: Difference | None = None

    @property
    def over_time(self) -> str:
        """What the first axis counts if that is a time, as in "step"; empty otherwise."""
        first = self.label.rows or next(iter(self.label.axes), "")
        return first if first in TIMES and self.got.ndim else ""


def differences(observation: Observation, key: Key, judgement: Judgement) -> dict[str, tuple[Difference, ...]]:
    """Return the arrays that differ, of every part that shows a number of each side; those spoken of first come first.

    Args:
        observation: What the probe saw.
        key: The answers for the same inputs.
        judgement: What was said about it.
    """
    told = {part.part: part for part in judgement.parts or (judgement,) if part.evidence}
    seen = {part.name: part.outputs for part in observation.parts}
    return {part.name: _of_part(seen[part.name], part, told[part.name]) for part in key.parts if part.name in told}


def _of_part(got: Outputs, key: PartKey, told: Judgement) -> tuple[Difference, ...]:
    accepted = accepted_arrays(got, key) if told.misconceptions else set()
    order = [*key.labels, *key.expected]
    names = sorted((name for name in key.expected if name not in accepted), key=order.index)
    all_of_them = {name: made for name in names if (made := _made(got, key, name)) is not None}
    return tuple(_with_other(made, all_of_them) for made in all_of_them.values() if not _is_right(made, all_of_them))


def _made(got: Outputs, key: PartKey, name: str) -> Difference | None:
    label, expected = key.labels.get(name, Label(name)), key.expected[name]
    if name not in got or got[name].shape != expected.shape or label.statement or name in key.agreement:
        return None
    start = key.baselines.get(name)
    if start is not None:
        start = np.broadcast_to(start, expected.shape)[:1].reshape(expected.shape[1:]) if expected.ndim else None
    return Difference(label, got[name], expected, close(got[name], expected, key, name), start)


def _with_other(one: Difference, others: Mapping[str, Difference]) -> Difference:
    other = others.get(one.label.against)
    return one if other is None else Difference(one.label, one.got, one.expected, one.right, one.start, other)


def _is_right(one: Difference, others: Mapping[str, Difference]) -> bool:
    """Say whether nothing is to be seen; a path is right if both coordinates are."""
    other = others.get(one.label.against)
    return bool(one.right.all()) and (other is None or bool(other.right.all()))
