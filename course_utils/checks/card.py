"""A judgement as a card of HTML: a coloured badge, the words of the text, and a picture. Readable on light and dark."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from course_utils.checks.pictures.choose import Picture
from course_utils.checks.text import MARKS, title
from course_utils.checks.types import Judgement, VerdictName
from course_utils.handin.marks_line import marks_line

__all__ = ["badge", "card", "framed", "marked_up", "problem_card"]

# White letters on these are readable, and the colour of the text around them is left as it is.
BADGES: dict[VerdictName, tuple[str, str]] = {
    "correct": ("✓", "#1f7a4d"),
    "variant": ("✓", "#1c6b86"),
    "misconception": ("◐", "#8f5b00"),
    "wrong": ("✗", "#b3372a"),
    "error": ("!", "#7d3696"),
    "timeout": ("∞", "#5b48ad"),
    "crashed": ("↯", "#4a4f9e"),
    "not attempted": ("–", "#5a6478"),
}
STYLE = """<style>
.course-check { border: 1px solid rgba(128, 128, 128, .45); border-left-width: 6px; border-radius: 6px;
  padding: .5em .9em .6em; margin: .2em 0; max-width: 50rem; font: 14px/1.5 system-ui, sans-serif; color: inherit; }
.course-check p { margin: .25em 0; overflow-wrap: anywhere; }
.course-check .head { display: flex; flex-wrap: wrap; gap: .1em .7em; align-items: baseline; }
.course-check .marks { margin-left: auto; font-variant-numeric: tabular-nums; }
.course-check .badge { color: #fff; border-radius: 99px; padding: .05em .75em; font-weight: 600; white-space: nowrap; }
.course-check .part { border-top: 1px solid rgba(128, 128, 128, .3); margin-top: .5em; padding-top: .35em; }
.course-check .part .badge { font-size: .86em; }
.course-check .look { border-left: 3px solid #2f86c9; padding-left: .6em; }
.course-check code { font: .92em ui-monospace, "DejaVu Sans Mono", monospace; color: inherit;
  background: rgba(128, 128, 128, .16); border-radius: 3px; padding: .05em .25em; }
.course-check svg { display: block; max-width: 100%; height: auto; margin-top: .4em; }
</style>"""


def card(judgement: Judgement, pictures: Mapping[str, Picture]) -> str:
    """Return the card of an exercise.

    Args:
        judgement: What was said about it.
        pictures: Pictures by name of the part; not every part needs one.
    """
    name, _, marks = marks_line(judgement.exercise, judgement.score, judgement.max_score).partition(": ")
    head = f'{badge(judgement.verdict)} <strong>{escape(name)}</strong> <span class="marks">{escape(marks)}</span>'
    if judgement.parts:
        body = "".join(_part(part, pictures.get(part.part)) for part in judgement.parts)
    else:
        body = _reasons(judgement, pictures.get(judgement.part))
    return framed(judgement.verdict, f"Check of {name}", head, body)


def problem_card(message: str) -> str:
    """Return the card of a check that could not be made."""
    return framed("error", "Check", badge("error"), f"<p>{marked_up(message)}</p>")


def framed(verdict: VerdictName, name: str, head: str, body: str) -> str:
    """Return a card.

    Args:
        verdict: Gives the colour of its edge.
        name: What it is called for those who do not see it.
        head: HTML of its first line.
        body: HTML of what stands below.
    """
    colour = BADGES[verdict][1]
    start = f'<div class="course-check" role="group" aria-label="{escape(name)}" style="border-left-color:{colour}">'
    return f'{STYLE}{start}<div class="head">{head}</div>{body}</div>'


def _part(part: Judgement, picture: Picture | None) -> str:
    name = f" <strong>{escape(title(part))}</strong>" if title(part) else ""
    return f'<div class="part"><p>{badge(part.verdict)}{name}</p>{_reasons(part, picture)}</div>'


def _reasons(part: Judgement, picture: Picture | None) -> str:
    said = [f"<p>{marked_up(line)}</p>" for line in part.message.splitlines()]
    if part.pointed:
        said.append(f'<p class="look">{marked_up(part.pointed.says)}</p>')
    said += [f'<p class="numbers">{escape(str(number))}</p>' for number in part.evidence]
    if picture is not None:
        said.append(f"<p>{marked_up(picture.words)}</p>{picture.svg}")
    return "".join(said)


def badge(verdict: VerdictName) -> str:
    """Return the coloured badge of a verdict as HTML."""
    symbol, colour = BADGES[verdict]
    sign = f'<span aria-hidden="true">{symbol}</span>'
    return f'<span class="badge" style="background:{colour}">{sign} {escape(MARKS[verdict].strip("[]"))}</span>'


def marked_up(text: str) -> str:
    """Return a text as HTML; what stands between backquotes is code."""
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", escape(text))
