"""The elements of a small SVG picture: no style sheet, no script, readable on light and on dark.

Lines and letters take the colour of the text around them. Everything else has one of two colours that differ for
every reader (Okabe and Ito, 2008), and is told apart by its form as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["HIGH", "LOW", "YOURS", "cell", "cells", "dot", "element", "letters", "line", "polyline", "ring", "svg"]

HIGH, LOW = "#d9730d", "#2f86c9"
YOURS = HIGH
Point = tuple[float, float]


def svg(width: float, height: float, parts: Iterable[str], words: str) -> str:
    """Return a whole picture.

    Args:
        width: In pixels, as `height`.
        height: See `width`.
        parts: Its elements.
        words: What it shows, for readers who hear it.
    """
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    look = 'font-family="system-ui, sans-serif" font-size="12" fill="currentColor"'
    names = f'xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(words)}"'
    return f"<svg {names} {size} {look}>{''.join(parts)}</svg>"


def element(tag: str, text: str = "", /, **attributes: object) -> str:
    """Return an element; `stroke_width` becomes `stroke-width`, numbers are rounded."""
    pairs = "".join(f' {name.replace("_", "-")}="{_value(value)}"' for name, value in attributes.items())
    return f"<{tag}{pairs}>{escape(text)}</{tag}>" if text else f"<{tag}{pairs}/>"


def line(start: Point, end: Point, *, opacity: float = 1.0, dash: str = "none") -> str:
    """Return a thin line in the colour of the text."""
    (x1, y1), (x2, y2) = start, end
    return element(
        "line", x1=x1, y1=y1, x2=x2, y2=y2, stroke="currentColor", stroke_opacity=opacity, stroke_dasharray=dash
    )


def polyline(points: Sequence[Point], colour: str, dash: str = "none") -> str:
    """Return a line through points."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return element("polyline", points=path, fill="none", stroke=colour, stroke_width=1.8, stroke_dasharray=dash)


def dot(at: Point, colour: str, *, square: bool = False) -> str:
    """Return a small full circle or square."""
    x, y = at
    if square:
        return element("rect", x=x - 3.2, y=y - 3.2, width=6.4, height=6.4, fill=colour)
    return element("circle", cx=x, cy=y, r=3, fill=colour)


def ring(at: Point) -> str:
    """Return a circle around a point that is spoken of."""
    return element("circle", cx=at[0], cy=at[1], r=8.0, fill="none", stroke=YOURS, stroke_width=1.8)


def cell(corner: Point, width: float, height: float, colour: str, opacity: float) -> str:
    """Return a coloured cell of a table, to stand among `cells`."""
    x, y = corner
    look: dict[str, object] = {"fill": colour, "fill_opacity": opacity} if opacity else {}
    return element("rect", x=x, y=y, width=width, height=height, **look)


def cells(parts: Iterable[str]) -> str:
    """Return cells with a thin edge in the colour of the text."""
    edge = 'fill="none" stroke="currentColor" stroke-opacity="0.35" stroke-width="0.7"'
    return f"<g {edge}>{''.join(parts)}</g>"


def letters(text: str, at: Point, *, anchor: str = "middle", **more: object) -> str:
    """Return letters."""
    x, y = at
    return element("text", text, x=x, y=y, text_anchor=anchor, **more)


def _value(value: object) -> str:
    return f"{round(value, 2):g}" if isinstance(value, float) else escape(str(value))
