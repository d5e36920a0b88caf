"""Markdown of students as HTML that a browser cannot run, for the pages of nbgrader."""

from __future__ import annotations

import re
from html import escape

import nh3
from nbconvert.filters import markdown2html

__all__ = ["inert_markdown"]

TAGS = set(
    re.findall(
        r"\w+",
        "a b blockquote br code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img li ol p pre s span strong sub sup "
        "table tbody td th thead tr u ul",
    )
)
ATTRIBUTES = {"*": {"align"}, "a": {"href"}, "img": {"alt"}}
LINKS = ("http://", "https://", "#")
# The time for a text grows with the square of its length.
MAX_LENGTH = 20_000
# The language of a block of code: colouring some takes minutes.
LANGUAGE = re.compile(r"^([ >]*(?:`{3,}|~{3,}))[^`\n]*$", re.MULTILINE)
# What JupyterLab writes for a picture that was pasted; the picture itself is not in the text.
PASTED = re.compile(r"!\[([^\]\n]{0,200})\]\(attachment:[^)\n]{0,200}\)")


def inert_markdown(source: str) -> str:
    """Return Markdown as HTML without scripts, styles, forms and pictures; formulas and what pictures are called stay.

    What is longer than 20,000 characters, or cannot be rendered, is shown as it was written.
    """
    if len(source) > MAX_LENGTH:
        return _as_written(source)
    try:
        rendered = str(markdown2html(LANGUAGE.sub(r"\1", PASTED.sub(r"(pasted picture: \1)", source))))
    except Exception:  # nbconvert's own errors, and those of what it calls
        return _as_written(source)
    return nh3.clean(
        rendered,
        tags=TAGS,
        clean_content_tags=set(),  # what stands in a script is shown as it was written
        attributes=ATTRIBUTES,
        attribute_filter=_allowed,
        link_rel=None,
    )


def _as_written(source: str) -> str:
    return f"<pre>{escape(source)}</pre>"


def _allowed(tag: str, name: str, value: str) -> str | None:
    return None if name == "href" and not value.startswith(LINKS) else value
