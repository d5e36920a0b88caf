"""Formulas of students as MathML, which browsers draw themselves: no network, no script.

What `latex2mathml` makes is taken apart and written again with elements and attributes of a list, since it copies the
words of a formula unescaped.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape
from xml.etree import ElementTree

from latex2mathml.converter import convert

__all__ = ["with_formulas"]

# A tag as nh3 writes it: attributes in double quotes, which are the only place where an angle may stand.
TAG = re.compile(r'(<(?:[^<>"]|"[^"]*")*>)')
AS_WRITTEN = re.compile(r"<(/?)(?:code|pre)\b")
# The dollar rules of Pandoc: no space inside of single ones, no digit behind, so that amounts of money stay.
FORMULA = re.compile(
    r"\$\$(?P<block>[^$]{1,2000}?)\$\$"
    r"|\\\[(?P<square>[^$]{1,2000}?)\\\]"
    r"|(?P<environment>\\begin\{(?P<name>[a-z]{1,12}\*?)\}[^$]{1,2000}?\\end\{(?P=name)\})"
    r"|(?<![\\$])\$(?!\s)(?P<inline>[^$]{1,500}?)(?<![\s\\])\$(?!\d)"
    r"|\\\((?P<round>[^$]{1,500}?)\\\)"
)
INLINE = ("inline", "round")
# Time and size of a formula grow with how deep it is.
DEEPEST = 40
ELEMENTS = set(
    re.findall(
        r"\w+",
        "mrow mi mn mo mtext mspace ms msub msup msubsup munder mover munderover mfrac msqrt mroot mtable mtr mtd "
        "mpadded mphantom menclose mstyle mmultiscripts mprescripts none",
    )
)
ATTRIBUTES = {"stretchy", "fence", "form", "separator", "columnalign", "linethickness", "accent", "displaystyle"}
NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
PLAIN_VALUE = re.compile(r"[\w. -]{1,40}")


def with_formulas(html: str) -> str:
    """Return HTML with its formulas drawn; code stays as it is, and so does a formula that cannot be read.

    Args:
        html: Cleaned HTML as nh3 writes it, with formulas in TeX as text.
    """
    depth = 0
    made = []
    for place, piece in enumerate(TAG.split(html)):
        if place % 2:
            found = AS_WRITTEN.match(piece)
            depth += 0 if found is None else -1 if found[1] else 1
            made.append(piece)
        else:
            made.append(piece if depth > 0 else FORMULA.sub(_drawn, piece))
    return "".join(made)


def _drawn(found: re.Match[str]) -> str:
    kind = next(name for name in ("block", "square", "environment", *INLINE) if found[name] is not None)
    return _mathml(unescape(found[kind]), kind in INLINE) or found[0]


@lru_cache(maxsize=10_000)
def _mathml(tex: str, inline: bool) -> str:
    """Return a formula as MathML; empty if it cannot be read."""
    if tex.count("{") + tex.count("\\left") > DEEPEST * 4:
        return ""
    display = "inline" if inline else "block"
    try:
        written = _written(ElementTree.fromstring(convert(tex, display=display)), DEEPEST)
    except Exception:  # the converter's own errors are many, and StopIteration and IndexError are among them
        return ""
    return f'<math display="{display}">{written}</math>'


def _written(element: ElementTree.Element, deep: int) -> str:
    """Return what is inside of an element.

    Raises:
        ValueError: It holds an element that is not in the list, or more than so many inside each other.
    """
    made = [escape(element.text or "")]
    for child in element:
        name = str(child.tag).removeprefix(NAMESPACE)
        if name not in ELEMENTS or not deep:
            raise ValueError(f"{name} in a formula")
        kept = {key: value for key, value in child.items() if key in ATTRIBUTES and PLAIN_VALUE.fullmatch(value)}
        attributes = "".join(f' {key}="{value}"' for key, value in kept.items())
        made.append(f"<{name}{attributes}>{_written(child, deep - 1)}</{name}>{escape(child.tail or '')}")
    return "".join(made)
