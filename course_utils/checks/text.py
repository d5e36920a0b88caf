"""A judgement as a few lines of plain text."""

from __future__ import annotations

import textwrap

from course_utils.checks.types import Judgement, VerdictName

__all__ = ["MARKS", "render"]

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


def render(judgement: Judgement) -> str:
    """Return the text that a student reads: verdict, marks, reason, one number of each side."""
    points = f"{judgement.score:g} of {judgement.max_score:g} point{'s' * (judgement.max_score != 1)}"
    lines = [f"{MARKS[judgement.verdict]} {judgement.exercise}: {points}"]
    for line in _reasons(judgement):
        lines += textwrap.wrap(line, WIDTH, initial_indent="  ", subsequent_indent="  ")
    return "\n".join(lines)


def _reasons(judgement: Judgement) -> list[str]:
    if not judgement.parts:
        return [*judgement.message.splitlines(), *_line(judgement), *map(str, judgement.evidence)]
    reasons = []
    for part in judgement.parts:
        named = part.message if part.message.startswith(part.part) else f"{part.part} {part.message}"
        reasons.append(f"{MARKS[part.verdict]} {named}".rstrip())
        reasons += [*_line(part), *map(str, part.evidence)]
    return reasons


def _line(judgement: Judgement) -> list[str]:
    return [judgement.pointed.says] if judgement.pointed else []
