"""The marking guide below a model answer: its prose, and the lines that give marks, which become the rubric.

A line is `- 0.4 for a reason` or, for what can be earned several times, `- 3 × 0.2 for a reason`. Marks in brackets
that add up to those of their line split it: `- 0.5 for 1: the product (0.3), overfitting (0.2)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["MARKING_GUIDE", "GuideItem", "guide_faults", "guide_items", "split_guide"]

MARKING_GUIDE = "**Marking guide**"
BULLET = re.compile(r"^[-*] +(?P<text>\S.*(?:\n(?![-*] )[ \t]+\S.*)*)", re.MULTILINE)
NUMBER = r"\d+(?:\.\d+)?"
LINE = re.compile(rf"(?:(?P<times>\d{{1,2}}) × )?(?P<points>{NUMBER}) for:? (?P<text>.+)")
BRACKETS = re.compile(rf"\s*\((?P<points>{NUMBER})\)")
# What follows the first sentence is advice.
SENTENCE_END = re.compile(r"\.(?: (?=[A-Z0-9\"])|$)")
HEAD = re.compile(r"(?P<head>[^:]{1,60}): (?P<rest>.+)")


@dataclass(frozen=True)
class GuideItem:
    """A line of a rubric: its text as Markdown in one line, and its marks."""

    text: str
    points: float


def split_guide(source: str) -> tuple[str, str]:
    """Return the model answer and the marking guide of a question's cell."""
    answer, _, guide = source.partition(f"\n{MARKING_GUIDE}\n")
    return answer.strip(), guide.strip()


def guide_items(guide: str) -> tuple[GuideItem, ...]:
    """Return the lines of a guide that give marks; lines that do not begin with a number are advice.

    Args:
        guide: The text below `**Marking guide**`, without faults.
    """
    found = (LINE.fullmatch(text) for text in _lines(guide))
    return tuple(item for one in found if one is not None for item in _items(one))


def guide_faults(guide: str, marks: float) -> Iterator[str]:
    """Yield what is wrong with the lines of a guide that give marks.

    Args:
        guide: The text below `**Marking guide**`.
        marks: What the question can earn, as `course.toml` says.
    """
    for text in _lines(guide):
        if text[0].isdigit() and LINE.fullmatch(text) is None:
            yield f"a line of the marking guide is `- 0.4 for ...` or `- 3 × 0.2 for ...`, and not `- {text[:40]}`"
    items = guide_items(guide)
    total = round(sum(item.points for item in items), 6)
    if items and total != round(marks, 6):
        yield f"the lines of the marking guide give {total:g} marks together, and course.toml {marks:g}"


def _lines(guide: str) -> list[str]:
    return [" ".join(found["text"].split()) for found in BULLET.finditer(guide)]


def _items(line: re.Match[str]) -> tuple[GuideItem, ...]:
    points = float(line["points"])
    text = SENTENCE_END.split(line["text"])[0]
    if line["times"]:
        times = int(line["times"])
        return tuple(GuideItem(f"{text} ({number} of {times})", points) for number in range(1, times + 1))
    pieces = BRACKETS.split(line["text"])
    inner = [float(piece) for piece in pieces[1::2]]
    if len(inner) < 2 or round(sum(inner), 6) != points:
        return (GuideItem(text, points),)
    head = HEAD.fullmatch(pieces[0])
    said = [head["rest"] if head else pieces[0], *pieces[2:-1:2]]
    before = f"{head['head']}: " if head else ""
    clauses = (re.sub(r"^[\s,;.]+", "", piece) for piece in said)
    return tuple(GuideItem(before + clause, marks) for clause, marks in zip(clauses, inner, strict=True))
