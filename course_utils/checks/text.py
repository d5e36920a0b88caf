"""A judgement as a few lines of plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from course_utils.checks.types import Judgement, VerdictName
from course_utils.handin.marks_line import marks_line

__all__ = ["MARKS", "reasons", "render", "title"]

MARKS: dict[VerdictName, str] = {
    "correct": "[ok]",
    "variant": "[ok, another convention]",
    "misconception": "[not yet]",
    "wrong": "[not yet]",
    "error": "[error]",
    "timeout": "[too slow]",
    "crashed": "[crashed]",
    "not attempted": "[to do]",
}
WIDTH = 100


def render(judgement: Judgement, shown: Mapping[str, str] | None = None) -> str:
    """Return the text that a student reads: verdict, marks, reason, one number of each side.

    Args:
        judgement: What was said about an exercise.
        shown: For each part with a picture, what it shows, in words.
    """
    marks = marks_line(judgement.exercise, judgement.score, judgement.max_score)
    lines = [f"{MARKS[judgement.verdict]} {marks}"]
    for part in judgement.parts or (judgement,):
        for line in _told(part, bool(judgement.parts), shown or {}):
            lines += textwrap.wrap(line, WIDTH, initial_indent="  ", subsequent_indent="  ")
    return "\n".join(lines)


def reasons(part: Judgement, shown: Mapping[str, str]) -> list[str]:
    """Return what is said of a part below its verdict: the message, the line to look at, the numbers, the picture."""
    pointed = [part.pointed.says] if part.pointed else []
    words = [shown[part.part]] if part.part in shown else []
    return [*(part.message.splitlines() or [""]), *pointed, *map(str, part.evidence), *words]


def title(part: Judgement) -> str:
    """Return the name of a part, where its message does not begin with it."""
    return "" if part.message.startswith(part.part) else part.part


def _told(part: Judgement, one_of_several: bool, shown: Mapping[str, str]) -> list[str]:
    said = reasons(part, shown)
    if not one_of_several:
        return said
    first = " ".join(words for words in (MARKS[part.verdict], title(part), said[0]) if words)
    return [first, *said[1:]]
