"""Markdown of students as HTML that a browser cannot run, for the pages of nbgrader."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from secrets import token_hex
from urllib.parse import unquote

import nh3
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters import markdown2html

from autograder.grade.pictures import TYPES
from autograder.report.formulas import with_formulas

__all__ = ["inert_cell", "inert_markdown"]

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
PASTED = re.compile(r"!\[([^\]\n]{0,200})\]\(attachment:([^)\n]{0,200})\)")
# A picture that lies elsewhere, in Markdown or HTML: a file beside the notebook, or on a server.
ELSEWHERE = re.compile(
    r"!\[(?P<alt>[^\]\n]{0,200})\]\((?!attachment:)<?(?P<of>[^)\s>]{1,500})[^)\n]{0,200}\)"
    r"|<img\b[^<>]{0,500}?\bsrc\s*=\s*[\"']?(?P<at>[^\"'\s<>]{1,500})[^<>]{0,500}>",
    re.IGNORECASE,
)
BASE64 = re.compile(r"[A-Za-z0-9+/=\n]+")


@pass_context
def inert_cell(context: Context, source: str) -> str:
    """Do what `inert_markdown` does, for a cell of a page, whose attachments its pictures are."""
    cell = context.get("cell") or {}
    return inert_markdown(source, cell.get("attachments"))


def inert_markdown(source: str, attachments: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Return Markdown as HTML without scripts, styles, forms and foreign pictures.

    Formulas are drawn as MathML, and pasted pictures stay.

    What is longer than 20,000 characters, or cannot be rendered, is shown as it was written.

    Args:
        source: The text; untrusted.
        attachments: Pictures that were pasted into it, as nbformat keeps them. PNG and JPEG are shown, where the text
            has them, and those that it does not name at its end; of others, only what they are called.
    """
    pictures = _Pictures(attachments or {})
    if len(source) > MAX_LENGTH:
        return _as_written(source) + pictures.unnamed()
    try:
        rendered = str(markdown2html(LANGUAGE.sub(r"\1", PASTED.sub(pictures.place, ELSEWHERE.sub(_not_here, source)))))
    except Exception:  # nbconvert's own errors, and those of what it calls
        return _as_written(source) + pictures.unnamed()
    return with_formulas(pictures.put_into(_clean(rendered))) + pictures.unnamed()


def _not_here(found: re.Match[str]) -> str:
    """Return what stands in the place of a picture that the notebook only names."""
    named = " ".join(filter(None, (found["alt"], found["of"] or found["at"])))
    return f"(picture that is not in the file: {named})"


class _Pictures:
    """Pictures of one text: a word stands for each until nothing else in the text can become HTML any more."""

    def __init__(self, attachments: Mapping[str, Mapping[str, str]]) -> None:
        self._word = f"picture{token_hex(16)}"
        self._named: list[str] = []
        self._kept = {
            name: (mime, data)
            for name, kinds in attachments.items()
            for mime, data in list(kinds.items())[:1]
            if mime in TYPES and BASE64.fullmatch(data)
        }

    def place(self, found: re.Match[str]) -> str:
        """Return the word for a picture in a text."""
        name = unquote(found[2])
        if name not in self._kept:
            return f"(pasted picture: {found[1]})"
        if name not in self._named:
            self._named.append(name)
        return f"{self._word}x{self._named.index(name)}x"

    def put_into(self, html: str) -> str:
        """Return HTML with the pictures in the place of their words."""
        for number, name in enumerate(self._named):
            html = html.replace(f"{self._word}x{number}x", self._shown(name))
        return html

    def unnamed(self) -> str:
        """Return the pictures that no place of the text shows."""
        return "".join(self._shown(name) for name in self._kept if name not in self._named)

    def _shown(self, name: str) -> str:
        mime, data = self._kept[name]
        return f'<img alt="{escape(name)}" src="data:{mime};base64,{data}">'


def _clean(rendered: str) -> str:
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
