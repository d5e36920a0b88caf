"""What the probes of the numpy functions share: unpacking what they return, and what else can be seen of a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.kits.comparing import array_equal, every, flag
from course_utils.kits.failures import keep_failure
from course_utils.kits.probe import Inputs, Outputs, ProbeFailure, as_array

__all__ = ["copies", "histories", "if_shapes_fit", "is_row", "keeps_float32", "same", "taken_apart"]


def taken_apart(value: object, what: str, names: Sequence[str]) -> tuple[Any, ...]:
    """Return the parts of a tuple that a student's function returned.

    Raises:
        ProbeFailure: It is no tuple of that many parts.
    """
    if value is None:
        raise ProbeFailure(f"{what} returned None. Is there a `return` at the end?")
    if not isinstance(value, (tuple, list)) or len(value) != len(names):
        found = f"{len(value)} values" if isinstance(value, (tuple, list)) else f"a single {type(value).__name__}"
        raise ProbeFailure(f"{what} returned {found}; expected {len(names)}: {', '.join(names)}.")
    return tuple(value)


def copies(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return copies of arrays, to compare with when a student's function has had the originals."""
    return {name: array.copy() for name, array in arrays.items()}


def same(arrays: Mapping[str, NDArray[Any]], kept: Mapping[str, NDArray[Any]]) -> bool:
    """Say whether arrays still hold what their copies hold."""
    return every(array_equal(arrays[name], kept[name]) for name in kept)


def is_row(array: NDArray[Any]) -> bool:
    """Say whether an array holds one number per feature as a row, (1, D), in place of (D,)."""
    return array.ndim == 2 and len(array) == 1


def histories(values: Sequence[NDArray[Any]], what: str) -> NDArray[Any]:
    """Stack the values that a running statistic had, flat where they have several axes.

    Raises:
        ProbeFailure: Its shape changes from one to the next.
    """
    rows = [value.ravel() if value.ndim > 1 else value for value in values]
    shapes = {row.shape for row in rows}
    if len(shapes) > 1:
        raise ProbeFailure(f"{what} has shape {rows[0].shape} at first and {rows[-1].shape} in the end.")
    return np.stack(rows)


def if_shapes_fit(run: Callable[..., Outputs]) -> Callable[..., Outputs]:
    """Make a failure to take inputs of other shapes an observation, `fits`, in place of an error.

    For what is tried again with other shapes: that a first try has passed is known, and an error now says one thing.
    """

    def attempt(*arguments: Any) -> Outputs:
        try:
            return {"fits": flag(True), **run(*arguments)}
        except NotImplementedError:
            raise
        except (ValueError, IndexError, RuntimeError) as error:
            keep_failure(error)
            return {"fits": flag(False)}

    return attempt


def keeps_float32(function: Callable[..., object], inputs: Inputs, names: Sequence[str], *more: object) -> bool:
    """Say whether `out`, the first of two values that `function` returns, is float32 where its arrays are."""
    arrays = [np.asarray(inputs[name], dtype=np.float32) for name in names]
    out = taken_apart(function(*arrays, *more), "the function", ("out", "cache"))[0]
    as_array(out, "out")
    return getattr(out, "dtype", None) == np.float32
