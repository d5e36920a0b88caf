"""What a student sees of a hand-in: that it arrived, and what fresh inputs say, as a card and as text."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from course_utils.checks.card import badge, framed, marked_up
from course_utils.checks.text import MARKS

__all__ = ["arrival_card", "arrival_text", "receipt_name"]

BY_HAND = "by hand"


def receipt_name(told: Mapping[str, Any]) -> str:
    """Return the name of the file for the receipt of a hand-in."""
    return f"{told['workbook']}-receipt-{int(told['number'])}.json"


def arrival_text(told: Mapping[str, Any]) -> str:
    """Return a hand-in as text.

    Args:
        told: What the service says of it.
    """
    lines = [
        f"[ok] {_arrived(told)}",
        f"  Receipt: {receipt_name(told)}, SHA-256 {told['sha256']}",
        f"  {told['says']}",
    ]
    for one in told["exercises"]:
        mark = MARKS.get(one["verdict"], f"[{BY_HAND}]")
        lines += [f"{mark} {one['exercise']}: {_marks(one)}", *(f"  {line}" for line in one["says"])]
    return "\n".join(lines)


def arrival_card(told: Mapping[str, Any]) -> str:
    """Return a hand-in as a card of HTML; argument as `arrival_text`."""
    head = f"{badge('correct')} <strong>{escape(_arrived(told))}</strong>"
    name, digest = escape(receipt_name(told)), escape(told["sha256"][:16])
    receipt = f"Signed receipt: <code>{name}</code> · SHA-256 <code>{digest}…</code>"
    body = f"<p>{receipt}</p><p>{marked_up(told['says'])}</p>" + "".join(map(_exercise, told["exercises"]))
    return framed("correct", f"Hand-in {told['number']}", head, body)


def _arrived(told: Mapping[str, Any]) -> str:
    when = f"{told['received_at'][:19].replace('T', ' ')} UTC"
    return f"{told['workbook']} arrived at {when}, as number {told['number']}"


def _exercise(one: Mapping[str, Any]) -> str:
    known = one["verdict"] in MARKS
    sign = badge(one["verdict"]) if known else f"<span>… {BY_HAND}</span>"
    first = f'{sign} <strong>{escape(one["exercise"])}</strong> <span class="marks">{escape(_marks(one))}</span>'
    said = "".join(f"<p>{marked_up(line)}</p>" for line in one["says"])
    return f'<div class="part"><div class="head">{first}</div>{said}</div>'


def _marks(one: Mapping[str, Any]) -> str:
    if one["score"] is None:
        return f"{one['max_score']:g} to be marked by a person"
    return f"{one['score']:g} of {one['max_score']:g}"
