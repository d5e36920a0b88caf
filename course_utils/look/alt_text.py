"""Alternative texts of figures, made from what is drawn: titles, axes, and where each curve begins and ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

__all__ = ["alt_text", "describe"]

MOST_LINES, MOST_TEXTS = 8, 12
NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 8: "eight", 10: "ten"}


def describe(figure: Figure, text: str) -> None:
    """Say in words what a figure shows, where its axes and curves do not: it goes before what is read from them."""
    figure.set_label(text)


def alt_text(figure: Figure) -> str:
    """Return a text that takes the place of a figure: what is drawn, on which axes, and with which result."""
    drawn = [axes for axes in figure.axes if (axes.get_visible() and axes.axison) or axes.texts]
    panels = [axes for axes in drawn if axes.get_label() != "<colorbar>"]
    parts = [str(figure.get_label()).strip(), _plain(figure.get_suptitle())]
    if len(panels) > 1:
        parts.append(f"{NUMBERS.get(len(panels), str(len(panels)))} panels".capitalize())
    parts += [_panel(axes) for axes in panels]
    return " ".join(_sentence(part).rstrip(".") + "." for part in parts if part)


def _panel(axes: Axes) -> str:
    sentence = ": ".join(part for part in (_plain(axes.get_title()), _axes(axes)) if part)
    found = [*_curves(axes), *_bars(axes), *_maps(axes), *_texts(axes)]
    return ". ".join(_sentence(part) for part in (sentence, "; ".join(found)) if part)


def _axes(axes: Axes) -> str:
    x, y = _plain(axes.get_xlabel()), _plain(axes.get_ylabel())
    logarithmic = [name for name, scale in (("x", axes.get_xscale()), ("y", axes.get_yscale())) if scale == "log"]
    named = f"{y} against {x}" if x and y else x or y
    return named + (f", logarithmic in {' and '.join(logarithmic)}" if logarithmic and named else "")


def _curves(axes: Axes) -> Iterator[str]:
    lines = [line for line in axes.lines if len(_points(line)) > 2]
    named = [line for line in lines if not str(line.get_label()).startswith("_")]
    lines = named or lines
    if len(lines) > MOST_LINES:
        yield f"{len(lines)} curves or clouds of points"
        return
    for line in lines:
        points, dots = _points(line), line.get_linestyle() == "None"
        name = _plain(str(line.get_label())) if line in named else "dots" if dots else "a curve"
        scattered = dots and (np.diff(points[:, 0]) < 0).any()
        yield f"{name} {_cloud(points) if scattered else _course(points, axes.get_ylim())}"


def _points(line: Line2D) -> np.ndarray:
    """Return the finite points of a line, shape (n, 2)."""
    points = np.asarray(line.get_xydata(), dtype=float)
    finite: np.ndarray = points[np.isfinite(points).all(axis=1)]
    return finite


def _cloud(points: np.ndarray) -> str:
    (left, low), (right, high) = points.min(axis=0), points.max(axis=0)
    return f"at {len(points)} places, across from {left:.3g} to {right:.3g}, upward from {low:.3g} to {high:.3g}"


def _course(points: np.ndarray, limits: tuple[float, float]) -> str:
    """Say where a curve begins and ends, and its lowest and highest value where they lie between; or a path's ends."""
    if (np.diff(points[:, 0]) < 0).any():
        (x0, y0), (x1, y1) = points[0], points[-1]
        return f"as a path from ({x0:.3g}, {y0:.3g}) to ({x1:.3g}, {y1:.3g})"
    y = np.clip(points[:, 1], min(limits), max(limits))
    text = f"from {y[0]:.3g} to {y[-1]:.3g}"
    room = 0.1 * (y.max() - y.min())
    if y.min() < min(y[0], y[-1]) - room:
        text += f", lowest {y.min():.3g} at {points[y.argmin(), 0]:.3g}"
    if y.max() > max(y[0], y[-1]) + room:
        text += f", highest {y.max():.3g} at {points[y.argmax(), 0]:.3g}"
    return text


def _bars(axes: Axes) -> Iterator[str]:
    for group in (one for one in axes.containers if isinstance(one, BarContainer)):
        heights = [bar.get_height() for bar in group]
        name = _plain(str(group.get_label()))
        name = "bars" if name.startswith("_") or not name else name
        if len(heights) <= 10:
            yield f"{name}: {', '.join(f'{height:.3g}' for height in heights)}"
        else:
            highest = group[int(np.argmax(heights))]
            yield f"{name}: {len(heights)} bars, the highest near {highest.get_x() + highest.get_width() / 2:.3g}"
    outlines = [str(patch.get_label()) for patch in axes.patches if isinstance(patch, Polygon)]
    if named := [_plain(label) for label in outlines if label and not label.startswith("_")]:
        yield f"histograms of {', '.join(named)}"


def _maps(axes: Axes) -> Iterator[str]:
    """Name images and maps of values, with their range."""
    for image in axes.images:
        shape = np.asarray(image.get_array()).shape
        yield f"an image of {shape[0]} by {shape[1]} values{_named_ticks(axes)}"
    for collection in axes.collections:
        lines_only = isinstance(collection, ContourSet) and not collection.filled
        values = None if lines_only else collection.get_array()
        if values is not None and np.size(values) > 10 and np.isfinite(values).any():
            limits = collection.get_clim()
            shown = values if None in limits else np.clip(values, *limits)
            yield f"values from {np.nanmin(shown):.3g} to {np.nanmax(shown):.3g} as colours"


def _named_ticks(axes: Axes) -> str:
    """Return the words beside the ticks of an image, such as the classes above a strip of pictures."""
    words = [_plain(label.get_text()) for label in axes.get_xticklabels()]
    words = [word for word in words if re.search("[A-Za-z]{2}", word)]
    return f", with {', '.join(words)}" if words else ""


def _texts(axes: Axes) -> Iterator[str]:
    texts = [_plain(text.get_text()) for text in axes.texts if text.get_text().strip()]
    if 0 < len(texts) <= MOST_TEXTS:
        yield f"with the words {', '.join(texts)}"


def _sentence(text: str) -> str:
    """Begin with a capital letter, unless a formula or a name of code comes first."""
    return text if re.match(r"[^a-z]|(?!a )[a-z]\b|\w*[_(=]", text) else text[0].upper() + text[1:]


def _plain(text: str) -> str:
    """Return a label without the signs of formulas, in one line."""
    text = re.sub(r"\\(?:mathbf|mathrm|hat|text)\b|\\[,;:!]", "", text)
    return " ".join(re.sub(r"[${}]", "", text.replace("\\", " ")).split())
