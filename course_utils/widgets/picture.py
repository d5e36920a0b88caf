"""A figure in which a few artists move: the rest is drawn once and put back under them (blitting)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_utils.widgets.controls import State
from course_utils.widgets.png import png

__all__ = ["Film", "Picture", "fit", "new_figure"]


@dataclass(frozen=True)
class Picture:
    """What moves in a figure.

    Args:
        moving: The artists that are drawn for every frame.
        update: `update(state, arrays)` moves them, and returns a value that is another one when anything else has
            changed (limits, titles, backdrop), so that the rest must be drawn again.
    """

    moving: tuple[Artist, ...]
    update: Callable[[State, dict[str, Any]], object]

    def hold_still(self) -> None:
        """Make the moving artists part of the figure again, for saving."""
        for artist in self.moving:
            artist.set_animated(False)


def new_figure(size: tuple[float, float], dpi: float = 100.0) -> Figure:
    """Return a figure (size in inches) that pyplot does not know, so that nothing shows or keeps it behind our back.

    Its ground is transparent, for light and dark pages alike.
    """
    figure = Figure(figsize=size, dpi=dpi, layout="constrained", facecolor="none")
    FigureCanvasAgg(figure)
    return figure


class Film:
    """A figure and its picture, frame by frame."""

    def __init__(self, figure: Figure, picture: Picture) -> None:
        self.figure, self.picture = figure, picture
        self._canvas = FigureCanvasAgg(figure)
        self._behind: Any = None
        self._seen: object = None
        for artist in picture.moving:
            artist.set_animated(True)
        self._canvas.draw()
        # Layout is settled once: solving it again for every frame would cost more than the drawing.
        figure.set_layout_engine("none")

    def frame(self, state: State, arrays: dict[str, Any]) -> bytes:
        """Return the PNG of this state."""
        seen = self.picture.update(state, arrays)
        if self._behind is None or seen != self._seen:
            self._canvas.draw()
            self._behind, self._seen = self._canvas.copy_from_bbox(self.figure.bbox), seen
        self._canvas.restore_region(self._behind)
        for artist in self.picture.moving:
            if artist.get_visible():
                self.figure.draw_artist(artist)
        return png(np.asarray(self._canvas.buffer_rgba()))


def fit(
    axes: Axes, steps: int, *curves: NDArray[Any], log: bool = False, span: float = 1e4
) -> tuple[float, float, float]:
    """Set limits in which `curves` over `steps` steps can be seen; they are round, so that they seldom change.

    Args:
        axes: Where the curves are.
        steps: Number of steps, the x axis.
        curves: What must be seen; what is not finite is left out.
        log: Whether the y axis is logarithmic.
        span: How far (on a logarithmic axis: by which factor, squared) the highest may lie above the lowest.

    Returns:
        The limits, as a value to compare: (steps, low, high).
    """
    kept = np.concatenate([curve[np.isfinite(curve)] for curve in curves])
    limits = _decades(kept, span) if log else _round(kept, span)
    if log:
        # The small ticks between powers of ten take longer to draw than all the rest.
        axes.minorticks_off()
    axes.set(xlim=(-0.02 * steps - 0.3, 1.02 * steps + 0.3), ylim=limits)
    return float(steps), *limits


def _round(kept: NDArray[Any], span: float) -> tuple[float, float]:
    low, high = float(kept.min()), float(min(kept.max(), kept.min() + span))
    unit = 10.0 ** math.floor(math.log10(max(high - low, 1e-6))) / 2
    bottom = unit * math.floor(low / unit - 0.1)
    # What cannot be negative stands on zero.
    return (bottom if low < 0 or bottom > 0 else -0.02 * high), unit * math.ceil(high / unit + 0.1)


def _decades(kept: NDArray[Any], span: float) -> tuple[float, float]:
    positive = kept[kept > 0]
    if not positive.size:
        return 1e-12, 1.0
    high = 10.0 ** math.ceil(math.log10(min(float(positive.max()), 1e6)) + 0.1)
    low = 10.0 ** math.floor(math.log10(max(float(positive.min()), high / span**2.5)))
    return min(low, high / 100), high
