"""The frame around the place for an answer in words: HTML that notebooks show in Markdown, or leave out."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["TEXT_STUB", "answer_in", "framed"]

TEXT_STUB = "*Your answer here.*"
START = '<fieldset style="border: 2px solid #888; padding: 0 12px"><legend>Your answer</legend>'
END = "</fieldset>"
# Whatever a front end or a student has made of its attributes; a student may also have typed into the legend.
FRAME = re.compile(r"</?fieldset\b[^>]*>|<legend\b[^>]*>\s*Your answer\s*</legend>|</?legend\b[^>]*>")
# HTML that shows nothing; a picture does.
BLANK = re.compile(r"<(?!img\b|!--)[^<>]*>|&nbsp;", re.IGNORECASE)


def framed(text: str) -> str:
    """Return a text of Markdown in the frame."""
    return f"{START}\n\n{text}\n\n{END}"


def answer_in(source: str) -> str:
    """Return what was written, without the frame and the words that stood there before.

    It is empty where nothing was written: no letter, digit or picture.
    """
    written = FRAME.sub("", source).replace(TEXT_STUB, "").strip()
    return written if any(map(_says_something, set(BLANK.sub("", written)))) else ""


def _says_something(sign: str) -> bool:
    """Say whether a character is a letter, a digit, or a sign such as an arrow or a check mark."""
    return sign.isalnum() or unicodedata.category(sign) == "So"
