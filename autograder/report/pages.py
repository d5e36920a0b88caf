"""Pages that need nothing but themselves: no other file, no script but ours, and a policy that forbids all else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autograder.grade.types import Pattern
from autograder.grade.visible import visible
from autograder.report.markdown import inert_markdown
from autograder.report.pattern import pattern_svg
from autograder.report.sheet import Row
from autograder.report.words import SYMBOLS, decimals, marks

__all__ = ["page", "prepare_pages"]


def page(template: str, *, script: str = "", **values: Any) -> bytes:
    """Return a page as UTF-8; every value is escaped, and what is hidden is written out.

    Args:
        template: Name of the template, without its endings.
        script: Name of the file with the one script that may run; empty for none. It holds nothing of a student's.
        values: What stands in it.
    """
    style, code = _text("style.css"), _text(script) if script else ""
    allowed = f" script-src '{_digest(code)}';" if code else ""
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}';{allowed} img-src data:; base-uri 'none'; form-action 'none'"
    )
    values |= {"style": style, "script": code, "policy": policy}
    text = _environment().get_template(f"{template}.html.j2").render(**values)
    return visible(text).encode("utf-8", "replace")


def prepare_pages() -> None:
    """Compile all templates, which takes a quarter of a second that nobody need wait for."""
    for name in _environment().list_templates(["j2"]):
        _environment().get_template(name)


@cache
def _text(name: str) -> str:
    return (files("autograder.report") / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """Return what a policy calls a text that it allows."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("autograder.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "marks": marks,
        "decimals": decimals,
        "earned": _earned,
        "possible": _possible,
        "symbol": SYMBOLS.__getitem__,
        "slug": _slug,
        "drawn": _drawn,
        "answer": _answer,
    }
    return environment


def _earned(rows: Iterable[Row]) -> float:
    return sum(row.points or 0.0 for row in rows)


def _possible(rows: Iterable[Row]) -> float:
    return sum(row.max_points for row in rows)


def _drawn(pattern: Pattern) -> Markup:
    """Return the picture of a pattern; its letters are escaped where it is made."""
    return Markup(pattern_svg(pattern))


def _answer(text: str, pictures: Mapping[str, Mapping[str, str]]) -> Markup:
    """Return what a student wrote in Markdown, made inert, with its formulas and pasted pictures."""
    return Markup(inert_markdown(text, pictures))


def _slug(verdict: str) -> str:
    """Return a verdict as the name of a CSS class."""
    return verdict.replace(" ", "-")
