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
    idle = {part.part for part in parts if part.score == 0}
    return tuple(_refused(part, needed[part.part]) if needed.get(part.part) in idle else part for part in parts)


def _refused(part: Judgement, other: str) -> Judgement:
    if part.score == 0:
        return part
    message = f"This is in order, as it would be if nothing were done: it counts once {other} earns marks."
    return replace(part, verdict="wrong", score=0.0, misconceptions=(), message=message, evidence=())
