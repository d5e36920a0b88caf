"""The axes around a picture of yours and expected, and the words that tell the two apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from course_utils.checks.pictures.scale import Scale
from course_utils.checks.pictures.svg import YOURS, dot, letters, line, polyline, svg

__all__ = [
    "HEIGHT",
    "LEFT",
    "LEGEND_Y",
    "RIGHT",
    "TOP",
    "WIDTH",
    "drawn_in_frame",
    "expected_line",
    "horizontal",
    "vertical",
    "your_line",
]

WIDTH, HEIGHT = 440.0, 226.0
LEFT, RIGHT, TOP, BOTTOM = 66.0, WIDTH - 16.0, 48.0, HEIGHT - 42.0
DASH = "5 3"
LEGEND_Y = 34.0
Point = tuple[float, float]


def horizontal(wanted: Iterable[float], shown: Iterable[float]) -> Scale:
    """Return the scale from left to right."""
    return Scale.over(wanted, shown, LEFT, RIGHT)


def vertical(wanted: Iterable[float], shown: Iterable[float]) -> Scale:
    """Return the scale from below to above."""
    return Scale.over(wanted, shown, BOTTOM, TOP)


def drawn_in_frame(
    parts: Iterable[str],
    x_ticks: Sequence[tuple[float, str]],
    y: Scale,
    below: str,
    about: str,
    words: str,
    legend: tuple[list[str], list[str]] | None = None,
) -> str:
    """Return the picture with its axes.

    Args:
        parts: What is drawn inside.
        x_ticks: Place in pixels and text of every mark at the lower axis.
        y: The scale from below to above.
        below: What the lower axis holds.
        about: What the other one holds: the line above the picture.
        words: What the picture shows, for readers who hear it.
        legend: How expected and yours look, where they are no lines.
    """
    axes = [line((LEFT, BOTTOM), (RIGHT, BOTTOM), opacity=0.6), line((LEFT, TOP), (LEFT, BOTTOM), opacity=0.6)]
    marks = [letters(text, (place, BOTTOM + 16)) for place, text in x_ticks]
    marks += [_mark(y.at(value), text) for value, text in y.ticks()]
    titles = [letters(about, (8, 14), anchor="start"), letters(below, ((LEFT + RIGHT) / 2, HEIGHT - 8))]
    return svg(
        max(WIDTH, 7.0 * len(about)), HEIGHT, [*axes, *marks, *titles, *_who(*(legend or _lines())), *parts], words
    )


def expected_line(points: Sequence[Point]) -> list[str]:
    """Return the line of the expected values, in the colour of the text."""
    return [polyline(points, "currentColor"), *(dot(point, "currentColor") for point in points)]


def your_line(points: Sequence[Point]) -> list[str]:
    """Return the line of the student's values: coloured, dashed, with squares."""
    return [polyline(points, YOURS, DASH), *(dot(point, YOURS, square=True) for point in points)]


def _lines() -> tuple[list[str], list[str]]:
    expected, yours = ([(LEFT + x, LEGEND_Y), (LEFT + x + 26, LEGEND_Y)] for x in (0, 110))
    return expected_line(expected), your_line(yours)


def _who(expected: list[str], yours: list[str]) -> list[str]:
    """Return the line above that says which is which."""
    names = (("expected", 34), ("yours", 144))
    return [*expected, *yours, *(letters(name, (LEFT + x, LEGEND_Y + 4), anchor="start") for name, x in names)]


def _mark(at: float, text: str) -> str:
    return line((LEFT, at), (RIGHT, at), opacity=0.12) + letters(text, (LEFT - 6, at + 4), anchor="end")
