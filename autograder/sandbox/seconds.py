"""How long the steps of a submission may take together."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import replace

from autograder.sandbox.types import CellStep, Limits, PointStep, Step
from course_utils.kits.probe import load_probe

__all__ = ["left_of", "seconds_of"]

ADDED_CELLS = 3  # so many of those that a student added have time of their own; the others share what is left over


def seconds_of(steps: Sequence[Step], limits: Limits) -> float:
    """Return how long all steps together may take: what they may singly, and no more than the limit of the whole."""
    own = [one for step in steps if not _is_added(step) for one in _seconds(step, limits)]
    added = heapq.nlargest(ADDED_CELLS, (one for step in steps if _is_added(step) for one in _seconds(step, limits)))
    both = [*own, *added]
    return min(sum(usual for usual, _ in both), limits.total_s) + sum(longer for _, longer in both)


def left_of(limits: Limits, steps: Sequence[Step], used_s: float) -> Limits:
    """Return the limits of a second run of a submission: of the whole, what the first run has left.

    Args:
        limits: The limits of the submission.
        steps: The steps of the first run; what they need longer than usual, such as for training, is beside the limit.
        used_s: How long the first run took.
    """
    longer = sum(longer for step in steps for _, longer in _seconds(step, limits))
    return replace(limits, total_s=min(max(limits.total_s + longer - used_s, 0.0), limits.total_s))


def _is_added(step: Step) -> bool:
    return isinstance(step, CellStep) and step.added


def _seconds(step: Step, limits: Limits) -> list[tuple[float, float]]:
    """Return for a step, or for each part of a probe, how long it may take: as usual, and longer than that."""
    if isinstance(step, CellStep):
        return [_split(limits.cell_seconds(step.exercise), limits.cell_s)]
    if isinstance(step, PointStep):
        return [_split(limits.probe_seconds(step.exercise, 0.0), limits.probe_s)]
    parts = load_probe(step.exercise).parts
    return [_split(limits.probe_seconds(step.exercise, part.limit_s), limits.probe_s) for part in parts]


def _split(seconds: float, usual: float) -> tuple[float, float]:
    return min(seconds, usual), max(seconds - usual, 0.0)
