"""The picture of a pattern: which entries of an array are right, too high or too low."""

from __future__ import annotations

import numpy as np

from autograder.grade.types import Pattern
from course_utils.checks.pictures.grid import grid_of

__all__ = ["pattern_svg"]

# How strongly a cell is coloured, and what stands in it.
LOOK = {"=": (0.0, ""), "+": (0.5, "▲"), "-": (-0.5, "▼"), "?": (0.8, "NaN")}


def pattern_svg(found: Pattern) -> str:
    """Return the picture of a pattern."""
    signs = np.array(list(found.signs)).reshape(found.shape)
    about = f"{found.what}: ▲ where yours is too high, ▼ where it is too low"
    return grid_of(found.shape, lambda index: LOOK[str(signs[index])], found.axes, about, f"{about}. {found.words}")
