"""What goes wrong with the axes of images, (N, C, H, W), in batch normalization: over which values, in which order."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.kits.rules import Formula, Mistake, Rule

__all__ = ["IMAGE_MISTAKES", "WRONG_AXIS"]


def _along(name: str, says: str, *axes: int) -> Mistake:
    return Mistake(name, says, {"axis": lambda s: axes}, pairs=False)


WRONG_AXIS = (
    _along(
        "statistics-per-pixel",
        "The statistics are taken over the channels of each pixel; they should be taken per channel, over all examples "
        "and pixels.",
        1,
    ),
    _along("whole-array", "One mean and one variance are taken over the whole array, for all channels.", 0, 1, 2, 3),
)


def _folded(x: NDArray[Any]) -> NDArray[Any]:
    """Return one row per pixel of each image, one column per channel."""
    return x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])


def _unfolded(rows: NDArray[Any], like: NDArray[Any]) -> NDArray[Any]:
    n, c, h, w = like.shape
    return rows.reshape(n, h, w, c).transpose(0, 3, 1, 2)


def _as_matrix(s: SimpleNamespace) -> NDArray[Any]:
    return np.asarray(s.gamma.ravel() * s.normal + s.beta.ravel())


def _through_matrix(name: str, says: str, fold: Formula, unfold: Formula) -> Mistake:
    formulas = {"z": fold, "axis": lambda s: 0, "out": unfold}
    starts = {key: _flat_before(key) for key in ("running_mean", "running_var")}
    return Mistake(
        name,
        says,
        {**formulas, "old_mean": starts["running_mean"], "old_var": starts["running_var"]},
        pairs=False,
    )


def _flat_before(key: str) -> Formula:
    return lambda s: getattr(s, key).reshape(1, -1)


def _ways(mistake: Mistake) -> tuple[Mistake, ...]:
    """Return the mistake as it comes out with running statistics in the shape of channels, and in their own shape.

    The latter with and without an error where statistics of one batch size do not fit another.
    """
    starts: Rule = {
        "old_mean": lambda s: 0.0 * s.mean if s.call == 1 else s.running_mean,
        "old_var": lambda s: 0.0 * s.keep if s.call == 1 else s.running_var,
    }
    own = {**mistake.formulas, **starts}
    return mistake, replace(mistake, formulas=own), replace(mistake, formulas={**own, "z": _refuse_one})


def _refuse_one(s: SimpleNamespace) -> NDArray[Any]:
    if len(s.x) == 1:
        raise ValueError("statistics of two images")
    return np.asarray(s.x)


PER_IMAGE = (
    _along(
        "per-image-and-channel",
        "Each image has statistics of its own (instance normalization); those of a channel are shared by the batch.",
        *(2, 3),
    ),
    _along(
        "per-image",
        "The statistics are taken over each image with all its channels, as layer normalization does; they belong to "
        "the channels.",
        *(1, 2, 3),
    ),
)
RESHAPED = "reshape-without-transpose"
RESHAPED_SAYS = (
    "The array is reshaped to one column per channel without moving the channel axis to the end first, so a column "
    "holds values of all channels."
)
IMAGE_MISTAKES = (
    *(way for mistake in (*WRONG_AXIS, *PER_IMAGE) for way in _ways(mistake)),
    _along(
        "over-examples-only",
        "The statistics are taken over the examples alone, one for every pixel; a channel has one mean and one "
        "variance for all its pixels.",
        0,
    ),
    _along(
        "one-pixel-axis-forgotten",
        "The statistics leave out one of the two pixel axes, so that every column has its own.",
        0,
        2,
    ),
    _along(
        "one-pixel-axis-forgotten",
        "The statistics leave out one of the two pixel axes, so that every row has its own.",
        0,
        3,
    ),
    Mistake(
        "divides-by-examples",
        "The sums over examples and pixels are divided by the number of examples alone.",
        {
            "mean": lambda s: s.z.sum(s.axis, keepdims=True) / len(s.z),
            "var": lambda s: ((s.z - s.mean) ** 2).sum(s.axis, keepdims=True) / len(s.z),
            "keep": lambda s: s.var,
        },
        pairs=False,
    ),
    _through_matrix(
        RESHAPED,
        RESHAPED_SAYS,
        lambda s: s.x.reshape(-1, s.x.shape[1]),
        lambda s: _as_matrix(s).reshape(s.x.shape),
    ),
    _through_matrix(
        RESHAPED,
        "On the way in the array is reshaped without moving the channel axis to the end first.",
        lambda s: s.x.reshape(-1, s.x.shape[1]),
        lambda s: _unfolded(_as_matrix(s), s.x),
    ),
    _through_matrix(
        "not-transposed-back",
        "The result is reshaped to (N, C, H, W) while its channel axis is still the last one: the values are right but "
        "in other places.",
        lambda s: _folded(s.x),
        lambda s: _as_matrix(s).reshape(s.x.shape),
    ),
    _through_matrix(
        "rows-and-columns-mixed-up",
        "The pixels come back in another order than they went in: rows and columns of the image are mixed up.",
        lambda s: _folded(s.x.swapaxes(2, 3)),
        lambda s: _unfolded(_as_matrix(s), s.x),
    ),
)
