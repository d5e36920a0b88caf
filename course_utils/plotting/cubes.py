"""The cube of norms: which values of a batch of images share their mean and variance."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from course_utils.look import COLOURS, INK

__all__ = ["NORMS", "plot_norm_cube", "shared_values"]

EXAMPLES, CHANNELS, PIXELS = 4, 6, 3
# Examples, channels and pixels that share a mean with the first value, as slices along the three axes of the cube.
NORMS: Mapping[str, tuple[slice, slice, slice]] = MappingProxyType(
    {
        "batch norm": (slice(None), slice(1), slice(None)),
        "layer norm": (slice(1), slice(None), slice(None)),
        "group norm": (slice(1), slice(CHANNELS // 2), slice(None)),
        "instance norm": (slice(1), slice(1), slice(None)),
    }
)


def shared_values(norm: str) -> NDArray[np.bool_]:
    """Return which values share their statistics with the first, shape (examples, channels, pixels).

    Raises:
        ValueError: There is no such norm.
    """
    if norm not in NORMS:
        raise ValueError(f"norm must be one of {', '.join(NORMS)}; found {norm!r}")
    shared = np.zeros((EXAMPLES, CHANNELS, PIXELS), dtype=bool)
    shared[NORMS[norm]] = True
    return shared


def plot_norm_cube(norm: str, *, ax: Any = None) -> Any:
    """Draw a batch as a cube of values, and mark the block that shares one mean and one variance.

    The picture is that of Wu and He (2018), figure 2.

    Args:
        norm: One of `NORMS`.
        ax: Axes with `projection="3d"`; new ones by default.

    Returns:
        The axes.

    Raises:
        ValueError: There is no such norm.
    """
    shared = shared_values(norm).transpose(1, 0, 2)[:, :, ::-1]  # channels to the right, examples to the back
    ax = ax or plt.subplots(figsize=(4, 4), subplot_kw={"projection": "3d"})[1]
    colours = np.where(shared, COLOURS[1], "#DCE9F2")
    ax.voxels(np.ones_like(shared), facecolors=colours, edgecolor="#4d4d4d", linewidth=0.5, shade=False)
    ax.set(title=norm, xticks=[], yticks=[], zticks=[])
    for axis, label in zip((ax.xaxis, ax.yaxis, ax.zaxis), ("channels", "examples", "pixels"), strict=True):
        axis.set_label_text(label)
        axis.labelpad = -12
        axis.set_pane_color((0, 0, 0, 0))
        axis.line.set_color(INK)
    ax.view_init(elev=24, azim=-62)
    ax.set_box_aspect((CHANNELS, EXAMPLES, PIXELS), zoom=1.12)
    return ax
