"""Images of a set, side by side."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from course_utils.data import ImageDataset

__all__ = ["show_images"]


def show_images(dataset: ImageDataset, count: int = 8, ax: Axes | None = None) -> Axes:
    """Show the first images of a set in one strip, with the names of their classes above.

    Args:
        dataset: Labelled images.
        count: How many.
        ax: Where to draw; new axes by default.
    """
    ax = ax or plt.subplots(figsize=(1.3 * count, 1.8))[1]
    size = dataset.data.shape[-1]
    strip = np.concatenate(list(dataset.data[:count].numpy()), axis=1)
    ax.imshow(strip, cmap="Greys")
    names = [dataset.classes[int(label)] for label in dataset.targets[:count]]
    ax.set_xticks([size * (i + 0.5) for i in range(len(names))], names, fontsize=9)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    return ax
