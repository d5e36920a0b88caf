"""How long the steps of a submission may take together."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from autograder.sandbox.types import CellStep, Limits, PointStep, Step
from course_utils.kits.probe import load_probe

__all__ = ["seconds_of"]

ADDED_CELLS = 3  # so many of those that a student added have time of their own; the others share what is left over


def seconds_of(steps: Sequence[Step], limits: Limits) -> float:
    """Return how long all steps together may take."""
    own = (_seconds(step, limits) for step in steps if not _is_added(step))
    added = (_seconds(step, limits) for step in steps if _is_added(step))
    return sum(own) + sum(heapq.nlargest(ADDED_CELLS, added))


def _is_added(step: Step) -> bool:
    return isinstance(step, CellStep) and step.added


def _seconds(step: Step, limits: Limits) -> float:
    """Return how long a step may take."""
    if isinstance(step, CellStep):
        return limits.cell_seconds(step.exercise)
    if isinstance(step, PointStep):
        return limits.probe_seconds(step.exercise, 0.0)
    return sum(limits.probe_seconds(step.exercise, part.limit_s) for part in load_probe(step.exercise).parts)
