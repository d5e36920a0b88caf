"""Whether numbers are as they should be, within the tolerance of a key."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.checks.types import PartKey

__all__ = ["close"]


def close(got: NDArray[Any], wanted: NDArray[Any], key: PartKey, name: str) -> NDArray[np.bool_]:
    """Say of each entry whether it is close to `wanted`; NaN and infinity are close to themselves.

    The same as `numpy.isclose`, in a quarter of its time where `wanted` is finite. The scale is always that of the
    reference: the tolerance must not grow with a mistake that explodes.

    Args:
        got: What was found.
        wanted: What it is compared with: the reference, or what a candidate gives.
        key: The key, which has the relative tolerance.
        name: The array of the key that both belong to.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        near: NDArray[np.bool_] = np.abs(got - wanted) <= key.rtol * (key.scales[name] + np.abs(wanted))
    finite = np.isfinite(wanted)
    if finite.all():
        return near
    alike: NDArray[np.bool_] = (near & finite) | (got == wanted) | (np.isnan(got) & np.isnan(wanted))
    return alike
