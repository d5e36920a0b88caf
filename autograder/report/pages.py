"""Pages that need nothing but themselves: no script, no other file, and a policy that forbids both."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autograder.grade.types import Pattern
from autograder.grade.visible import visible
from autograder.report.pattern import pattern_svg
from autograder.report.words import SYMBOLS, marks, reasons

__all__ = ["page"]


def page(template: str, **values: Any) -> bytes:
    """Return a page as UTF-8; every value is escaped, and what is hidden is written out.

    Args:
        template: Name of the template, without its endings.
        values: What stands in it.
    """
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    text = _environment().get_template(f"{template}.html.j2").render(style=style, policy=policy, **values)
    return visible(text).encode("utf-8", "replace")


@cache
def _style() -> str:
    return (files("autograder.report") / "style.css").read_text(encoding="utf-8")


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
        "reasons": reasons,
        "symbol": SYMBOLS.__getitem__,
        "slug": _slug,
        "drawn": _drawn,
    }
    return environment


def _drawn(pattern: Pattern) -> Markup:
    """Return the picture of a pattern; its letters are escaped where it is made."""
    return Markup(pattern_svg(pattern))


def _slug(verdict: str) -> str:
    """Return a verdict as the name of a CSS class."""
    return verdict.replace(" ", "-")
