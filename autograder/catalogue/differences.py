"""What can be told of outputs before they are complete, and whatever the inputs are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.checks.closeness import close
from course_utils.checks.types import KINDS, PartKey
from course_utils.kits.probe import Outputs

__all__ = ["beginning", "differs", "statements"]


def statements(recorded: PartKey) -> tuple[str, ...]:
    """Return the names of the arrays that hold 1 or 0 whatever the mistake: statements, which inputs do not change."""
    everyone = [one.outputs for kind in KINDS for one in getattr(recorded, kind)]
    return tuple(
        name
        for name, expected in recorded.expected.items()
        if expected.size == 1
        and all(_is_flag(outputs[name]) for outputs in (recorded.expected, *everyone) if name in outputs)
    )


def _is_flag(array: NDArray[np.float64]) -> bool:
    return bool(((array == 0.0) | (array == 1.0)).all())


def differs(piece: Outputs, got: Outputs, key: PartKey) -> bool:
    """Say whether arrays that are complete, or lack their last rows, belong to other outputs than these."""
    return any(not _begins(got.get(name), array, key, name) for name, array in piece.items() if name in key.expected)


def _begins(whole: NDArray[Any] | None, rows: NDArray[Any], key: PartKey, name: str) -> bool:
    """Say whether an array begins with these rows; of one that need not be right all through, it may."""
    known = beginning(whole, rows)
    return known is not None and (name in key.agreement or bool(close(known, rows, key, name).all()))


def beginning(whole: NDArray[Any] | None, rows: NDArray[Any]) -> NDArray[Any] | None:
    """Return the first rows of an array, as many as `rows` has; None if it has not as many, or others."""
    if whole is None or whole.ndim != rows.ndim:
        return None
    known = whole[: len(rows)] if whole.ndim else whole
    return known if known.shape == rows.shape else None
