"""Bands of equal height as a backdrop: an image, so that it costs nothing to draw again under a moving path."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from course_utils.widgets.surfaces import surface

__all__ = ["bands", "draw_contours"]

RESOLUTION = 240
# Every point costs a pass over 500 images.
SLICE_RESOLUTION = 80
BANDS = 24


@lru_cache(maxsize=64)
def bands(name: str, condition: float = 10.0, angle: float = 0.0) -> NDArray[np.float64]:
    """Return the height of a surface on its window as bands, 0 (lowest) to 1, shape (side, side), rows upward.

    Bands are equal in the logarithm of the height above the lowest point, so that the floor of a valley has as many
    as its walls.
    """
    ground = surface(name, condition, angle)
    x_low, x_high, y_low, y_high = ground.window
    side = SLICE_RESOLUTION if name == "MNIST slice" else RESOLUTION
    x, y = np.meshgrid(np.linspace(x_low, x_high, side), np.linspace(y_low, y_high, side))
    value = ground.value(x, y)
    above = value - value.min()
    height = np.log1p(above / (0.01 * above.max()))
    return np.asarray(np.floor(BANDS * height / height.max()) / BANDS)


def draw_contours(axes: Axes, name: str, condition: float = 10.0, angle: float = 0.0) -> Callable[..., None]:
    """Draw the bands and the optimum as a star; return `exchange(name, condition, angle)`.

    Args:
        axes: Where to draw.
        name: Name of the surface.
        condition: Condition number of the quadratic.
        angle: Angle of the quadratic, in degrees.
    """
    image = axes.imshow(np.zeros((2, 2)), cmap="Blues", vmin=-0.1, vmax=1.3, origin="lower", aspect="auto", zorder=0)
    (star,) = axes.plot([], [], marker="*", markersize=15, color="#000000", linestyle="none", zorder=3)

    shown: list[Any] = []

    def exchange(*now: Any) -> None:
        if shown == [now]:
            return
        shown[:] = [now]
        ground = surface(*now)
        image.set_data(bands(*now))
        image.set_extent(ground.window)
        star.set_data(*(([], []) if ground.optimum is None else ([ground.optimum[0]], [ground.optimum[1]])))
        axes.set(xlim=ground.window[:2], ylim=ground.window[2:])

    exchange(name, condition, angle)
    axes.set(xlabel="x", ylabel="y", title="Path on the contours (star: minimum)")
    return exchange
