"""Marks for manners only where something was done: what does nothing leaves everything in order."""

from __future__ import annotations

from dataclasses import replace

from course_utils.checks.types import Judgement, Key

__all__ = ["with_conditions"]


def with_conditions(parts: tuple[Judgement, ...], key: Key) -> tuple[Judgement, ...]:
    """Return the judgements of the parts of one exercise; a part that counts with another one needs marks there.

    Args:
        parts: The judgements.
        key: The key that they were judged by; `PartKey.counts_with` says on which other part one depends.
    """
    needed = {part.name: part.counts_with for part in key.parts}
    idle = {part.part: part for part in parts if part.score == 0}
    return tuple(_without_marks(part, idle.get(needed.get(part.part, ""))) for part in parts)


def _without_marks(part: Judgement, other: Judgement | None) -> Judgement:
    if other is None or part.score == 0:
        return part
    message = (
        "This statement is true, but it would also be true if the function did nothing: it counts once "
        f"{other.part} earns marks."
    )
    return replace(part, verdict=other.verdict, score=0.0, misconceptions=(), message=message, evidence=())
