"""Marks for manners only where something was done: what does nothing leaves everything in order."""

from __future__ import annotations

from dataclasses import replace

from course_utils.checks.types import Judgement
from course_utils.probes.base import load_probe

__all__ = ["with_conditions"]


def with_conditions(parts: tuple[Judgement, ...]) -> tuple[Judgement, ...]:
    """Return the judgements of the parts of one exercise; a part that counts with another one needs marks there.

    Args:
        parts: The judgements. On which other part one depends is said by the probe, in `Part.counts_with`.
    """
    try:
        needed = {part.name: part.counts_with for part in load_probe(parts[0].exercise).parts}
    except KeyError:
        return parts
    idle = {part.part: part for part in parts if part.score == 0}
    return tuple(_without_marks(part, idle.get(needed.get(part.part, ""))) for part in parts)


def _without_marks(part: Judgement, other: Judgement | None) -> Judgement:
    if other is None or part.score == 0:
        return part
    message = f"This is in order, as it would be if nothing were done: it counts once {other.part} earns marks."
    return replace(part, verdict=other.verdict, score=0.0, misconceptions=(), message=message, evidence=())
