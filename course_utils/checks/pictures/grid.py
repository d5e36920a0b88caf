"""An array as coloured cells, (yours - expected), so that whole rows, columns or channels that differ are seen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from course_utils.checks.pictures.difference import Difference
from course_utils.checks.pictures.scale import short
from course_utils.checks.pictures.svg import HIGH, LOW, cell, cells, letters, svg

__all__ = ["AXES", "grid", "grid_of", "names_of_axes", "words_of_cells"]

# Of arrays whose axes have no names, as numpy counts them.
AXES = ("axis 0", "axis 1", "axis 2", "axis 3")
LEFT, TOP, GAP = 96.0, 48.0, 10.0
BROAD, WIDE, FLAT = 400.0, 46.0, 24.0
READABLE = 34.0
Index = tuple[int, ...]
Shade = Callable[[Index], tuple[float, str]]


def grid(difference: Difference, words: str) -> str:
    """Return the picture of (yours - expected): orange where yours is too high, blue where it is too low."""
    with np.errstate(invalid="ignore"):
        gap = np.where(difference.right, 0.0, difference.got - difference.expected)
    finite = np.abs(gap[np.isfinite(gap)])
    largest = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    written, unit = short(largest)

    def shade(index: Index) -> tuple[float, str]:
        value = float(gap[index])
        if difference.right[index]:
            return 0.0, ""
        if not np.isfinite(value):
            return 1.0 if np.isnan(value) else float(np.sign(value)), "NaN" if np.isnan(value) else "∞"
        share = abs(value) / largest
        return float(np.sign(value)) * (0.15 + 0.6 * share), written(value)

    about = f"{difference.label.what}: yours − expected{f', in {unit}' if unit else ''}; empty where right"
    return grid_of(difference.got.shape, shade, names_of_axes(difference), about, words)


def grid_of(shape: tuple[int, ...], shade: Shade, axes: tuple[str, ...], about: str, words: str) -> str:
    """Return the picture of an array of two to four axes; the last two are the rows and columns of a block.

    Args:
        shape: Shape of the array.
        shade: Gives for an index how strongly its cell is coloured, from -1 to 1, and what stands in it.
        axes: What the axes count.
        about: The line above the picture.
        words: What it shows, for readers who hear it.
    """
    down, across, rows, columns = ((1,) * (4 - len(shape))) + tuple(shape)
    width = min(WIDE, (BROAD - GAP * (across - 1)) / (across * columns))
    height = FLAT if width >= READABLE else max(9.0, min(FLAT, width))
    block = (columns * width, rows * height)
    coloured, said = [], []
    for index in np.ndindex(*shape):
        i, j, k, m = ((0,) * (4 - len(shape))) + index
        corner = (LEFT + j * (block[0] + GAP) + m * width, TOP + i * (block[1] + GAP) + k * height)
        strength, text = shade(index)
        coloured.append(cell(corner, width, height, HIGH if strength > 0 else LOW, abs(strength)))
        if text and (width >= READABLE or len(text) * 8 <= width):
            said.append(letters(text, (corner[0] + width / 2, corner[1] + height / 2 + 4), font_size=11))
    size = (across * (block[0] + GAP) - GAP, down * (block[1] + GAP) - GAP)
    titles = _titles(axes, size)
    about_line = letters(about, (8, 14), anchor="start")
    total = max(LEFT + size[0] + 12, 7.0 * len(about) + 12)
    return svg(
        total, TOP + size[1] + (24 if len(shape) > 2 else 6), [about_line, *titles, cells(coloured), *said], words
    )


def words_of_cells(difference: Difference) -> str:
    """Say how many entries differ, and what they have in common."""
    wrong = np.argwhere(~difference.right)
    size = difference.right.size
    many = f"all {size} entries differ" if len(wrong) == size else f"{len(wrong)} of {size} entries differ"
    if _is_turned(difference):
        return f"{many}: yours is the expected array with its two axes exchanged."
    common = "" if len(wrong) == size or len(wrong) < 2 else _in_common(wrong, difference)
    return f"{many}{common}."


def names_of_axes(difference: Difference) -> tuple[str, ...]:
    """Return what the axes of an array count."""
    label = difference.label
    named = (*([label.rows] if label.rows else []), *label.axes) or (("entry",) if difference.got.ndim == 1 else ())
    return (*named, *AXES[len(named) :])[: difference.got.ndim]


def _in_common(wrong: NDArray[np.int64], difference: Difference) -> str:
    for axis, name in enumerate(names_of_axes(difference)):
        places = np.unique(wrong[:, axis])
        if len(places) == 1 and difference.right.shape[axis] > 1:
            begin = 1 if axis == 0 and difference.label.rows else 0
            return f", all of them at {name.partition(' (')[0]} {places[0] + begin}"
    return ""


def _is_turned(difference: Difference) -> bool:
    square = difference.got.ndim == 2 and difference.got.shape[0] == difference.got.shape[1] > 1
    return square and bool(np.allclose(difference.got.T, difference.expected, rtol=1e-6, atol=1e-9))


def _titles(axes: tuple[str, ...], size: tuple[float, float]) -> list[str]:
    """Return what the axes count: of blocks the first ones, and below them the two of each block."""
    blocks = axes[:-2] or axes
    beside, above = blocks if len(blocks) == 2 else ("", blocks[0])
    titles = [letters(f"{above} →", (LEFT, TOP - 10), anchor="start")]
    if beside:
        titles.append(letters(f"{beside} ↓", (LEFT - 8, TOP + 15), anchor="end"))
    if len(axes) > 2:
        inside = f"in each block: {axes[-2]} ↓, {axes[-1]} →"
        titles.append(letters(inside, (LEFT, TOP + size[1] + 17), anchor="start"))
    return titles
