"""A slice through a real loss: a linear softmax model on 500 digits in which one weight and one bias are free.

It is the slice of section 2.3, with the images of the embedded sample. The model has its random first weights. The
weight of class 0 at pixel 378 (row 13, column 14) and the bias of class 7 are free; the loss is the mean cross-entropy
in nats, convex in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.widgets.two_variables import Surface

__all__ = ["SLICE", "slice_record", "slice_surface"]

SLICE = "MNIST slice"
IMAGES, PIXELS, CLASSES, SEED = 500, 784, 10, 2021
WEIGHT_CLASS, WEIGHT_PIXEL, BIAS_CLASS = 0, 378, 7
WINDOW = (-4.0, 4.0, -4.0, 4.0)
START = (2.5, 3.7)


def _first_weights() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights (10, 784) and biases (10,) of a new linear model; torch's generator is left as it was."""
    import torch

    from course_utils.models import MLP

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        weights, biases = (part.detach().double().numpy() for part in MLP(PIXELS, CLASSES).parameters())
    return weights.copy(), biases.copy()


@lru_cache(maxsize=1)
def _rows() -> NDArray[np.float64]:
    """Return what the loss depends on, one row per image.

    Columns: log of the sum of exp over the eight fixed logits; logit of the weight's class without the weight; pixel;
    logit of the bias's class without the bias; logit of the label without both; whether the label is either class.
    """
    from course_utils.data.images import MNIST
    from course_utils.data.sources import read_sample

    images, labels = (part.numpy() for part in read_sample(MNIST, train=True))
    drawn = np.random.RandomState(SEED).choice(len(images), IMAGES)
    x, labels = (images[drawn].reshape(IMAGES, PIXELS) / 255 - MNIST.mean) / MNIST.std, labels[drawn]
    weights, biases = _first_weights()
    weights[WEIGHT_CLASS, WEIGHT_PIXEL] = biases[BIAS_CLASS] = 0.0
    logits = x @ weights.T + biases
    others = np.delete(logits, (WEIGHT_CLASS, BIAS_CLASS), axis=1)
    columns = (
        np.log(np.exp(others).sum(axis=1)),
        logits[:, WEIGHT_CLASS],
        x[:, WEIGHT_PIXEL],
        logits[:, BIAS_CLASS],
        logits[np.arange(IMAGES), labels],
        labels == WEIGHT_CLASS,
        labels == BIAS_CLASS,
    )
    # Rounded, so that the copy in an exported page is short and the same.
    return np.round(np.stack(columns, axis=1).astype(float), 7)


@dataclass(frozen=True)
class _Fixed:
    """What of the rows does not change with weight and bias: exponentials, pixel, and the labels' share."""

    others: NDArray[np.float64]
    weight_class: NDArray[np.float64]
    bias_class: NDArray[np.float64]
    pixel: NDArray[np.float64]
    label: float
    label_pixel: float
    label_bias: float


@lru_cache(maxsize=1)
def _fixed() -> _Fixed:
    others, zw, pixel, zb, label, is_w, is_b = (np.ascontiguousarray(column) for column in _rows().T)
    labels = float(label.mean()), float((is_w * pixel).mean()), float(is_b.mean())
    return _Fixed(np.exp(others), np.exp(zw), np.exp(zb), pixel, *labels)


def _exponentials(u: Any, v: Any) -> tuple[Any, Any, Any]:
    """Return exp of both free logits and the sum over all classes, shape (..., 500)."""
    fixed = _fixed()
    ew = fixed.weight_class * np.exp(np.asarray(u)[..., None] * fixed.pixel)
    eb = fixed.bias_class * np.exp(np.asarray(v)[..., None])
    return ew, eb, fixed.others + ew + eb


def value(u: Any, v: Any) -> Any:
    """Return the loss at weight u and bias v, arrays of one shape."""
    u, v = np.asarray(u, dtype=float), np.asarray(v, dtype=float)
    log_total = np.log(_exponentials(u, v)[2]).mean(axis=-1)
    return log_total - _fixed().label - u * _fixed().label_pixel - v * _fixed().label_bias


def gradient(u: Any, v: Any) -> tuple[Any, Any]:
    """Return the two partial derivatives of the loss."""
    fixed = _fixed()
    ew, eb, total = _exponentials(u, v)
    share = 1 / total
    return (ew * share) @ fixed.pixel / IMAGES - fixed.label_pixel, (eb * share).sum(
        axis=-1
    ) / IMAGES - fixed.label_bias


def hessian(u: float, v: float) -> NDArray[np.float64]:
    """Return the second derivatives, shape (2, 2): means of the softmax's p (1 - p) and -p q, times the pixel."""
    pixel = _fixed().pixel
    ew, eb, total = _exponentials(u, v)
    pw, pb = ew / total, eb / total
    across = -(pw * pb * pixel).mean()
    return np.array([[(pw * (1 - pw) * pixel**2).mean(), across], [across, (pb * (1 - pb)).mean()]])


@lru_cache(maxsize=1)
def slice_surface() -> Surface:
    """Return the slice as a surface; its minimum is found by Newton's method."""
    point = np.zeros(2)
    for _ in range(50):
        point = point - np.linalg.solve(hessian(*point), np.array(gradient(*point)))
    u, v = point.tolist()
    return Surface(SLICE, value, gradient, WINDOW, START, (u, v), hessian(u, v))


def slice_record() -> dict[str, Any]:
    """Return the slice for the browser, ready for JSON."""
    ground = slice_surface()
    return {
        SLICE: {
            "rows": _rows().tolist(),
            "window": list(ground.window),
            "optimum": list(ground.optimum or ()),
            "hessian": [ground.hessian[0, 0], ground.hessian[0, 1], ground.hessian[1, 1]],
        }
    }
