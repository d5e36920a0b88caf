"""Headings of exercises: with the marks, which stand in `course.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from autograder.course import Points

__all__ = ["HEADING", "marks_text", "with_marks"]

HEADING = re.compile(r"^### (?:Exercise|Question) `(?P<id>[^`]*)`(?: \((?P<marks>.*)\))?$", re.MULTILINE)


def with_marks(text: str, points: Mapping[str, Points]) -> str:
    """Return a text in which every heading of an exercise ends with its marks."""
    return HEADING.sub(lambda found: f"{found[0]} ({marks_text(points[found['id']])})", text)


def marks_text(points: Points) -> str:
    """Return how a heading states the marks: "2 points", "1 point, by hand" or "3 points, 1 of them by hand"."""
    total = f"{points.total:g} point{'s' * (points.total != 1)}"
    if not points.manual:
        return total
    return f"{total}, {points.manual:g} of them by hand" if points.auto else f"{total}, by hand"
