"""The frame around the place for an answer in words: HTML that notebooks show in Markdown, or leave out."""

from __future__ import annotations

import re

__all__ = ["TEXT_STUB", "answer_in", "framed"]

TEXT_STUB = "*Your answer here.*"
START = '<fieldset style="border: 2px solid #888; padding: 0 12px"><legend>Your answer</legend>'
END = "</fieldset>"
# Whatever a front end or a student has made of its attributes.
FRAME = re.compile(r"</?fieldset\b[^>]*>|<legend\b[^>]*>[^<]*</legend>")


def framed(text: str) -> str:
    """Return a text of Markdown in the frame."""
    return f"{START}\n\n{text}\n\n{END}"


def answer_in(source: str) -> str:
    """Return what was written, without the frame and the words that stood there before; empty if that is nothing."""
    return FRAME.sub("", source).replace(TEXT_STUB, "").strip()
