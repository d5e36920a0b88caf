"""Mistakes and conventions that the inputs of a check cannot tell apart: faults that a build finds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from autograder.catalogue.answer import AnswerPart
from course_utils.checks.judge import agrees
from course_utils.checks.types import PartKey

__all__ = ["clashes"]


def clashes(part: AnswerPart, key: PartKey) -> Iterator[str]:
    """Yield a line for each edit that gives what is right or accepted, or the same as one of another name.

    Args:
        part: The answer to the part.
        key: Its key for the inputs in question.
    """
    edits = [pair for pair in zip(part.misconceptions, key.misconceptions, strict=True) if pair[0].where]
    accepted = [way for way in key.variants if way.ends]
    for known, found in edits:
        if not found.ends:
            yield f"{known.where}: {known.ids[0]!r} gives no arrays: its code raises an error, which is quoted anyway"
        elif agrees(found.outputs, key.expected, key):
            yield f"{known.where}: {known.ids[0]!r} gives what is right for these inputs; draw others, or remove it"
        elif same := next((way for way in accepted if agrees(found.outputs, way.outputs, key)), None):
            ways = " and ".join(same.ids)
            yield f"{known.where}: {known.ids[0]!r} gives what is accepted as {ways!r}; it is one or the other"
    for (known, found), (other, also) in combinations([pair for pair in edits if pair[1].ends], 2):
        if known.ids != other.ids and agrees(found.outputs, also.outputs, key):
            yield f"{other.where}: {other.ids[0]!r} gives the same as {known.ids[0]!r}; draw inputs that differ there"
