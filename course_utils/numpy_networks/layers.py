"""Layers in numpy, forward and backward: affine, ReLU, dropout, and the softmax loss.

Each forward pass returns its output and a cache for the backward pass, which turns the gradient of the loss with
respect to the output (`dout`) into those with respect to the inputs. The dtype of the inputs is kept; use float64 where
gradients are checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "affine_backward",
    "affine_forward",
    "dropout_backward",
    "dropout_forward",
    "relu_backward",
    "relu_forward",
    "softmax_loss",
]

Array = NDArray[Any]
AffineCache = tuple[Array, Array]
DropoutCache = Array | None


def affine_forward(x: Array, w: Array, b: Array) -> tuple[Array, AffineCache]:
    """Return x w + b for each example.

    Args:
        x: Inputs (N, ...), flattened to (N, D).
        w: Weights (D, M).
        b: Biases (M,).

    Returns:
        The output (N, M), and the cache.

    Raises:
        ValueError: The shapes do not fit.
    """
    rows = x.reshape(len(x), -1)
    if w.shape[0] != rows.shape[1] or b.shape != w.shape[1:]:
        raise ValueError(
            f"x {x.shape} has {rows.shape[1]} values per example; found weights {w.shape} and biases {b.shape}, "
            f"expected ({rows.shape[1]}, M) and (M,)"
        )
    return rows @ w + b, (x, w)


def affine_backward(dout: Array, cache: AffineCache) -> tuple[Array, Array, Array]:
    """Return the gradients with respect to x (N, ...), w (D, M) and b (M,).

    Args:
        dout: Gradient with respect to the output (N, M).
        cache: From `affine_forward`.
    """
    x, w = cache
    dx = (dout @ w.T).reshape(x.shape)
    return dx, x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)


def relu_forward(x: Array) -> tuple[Array, Array]:
    """Return max(x, 0), any shape, and the cache."""
    return np.maximum(x, 0), x


def relu_backward(dout: Array, cache: Array) -> Array:
    """Return the gradient with respect to x; 0 where x is 0.

    Args:
        dout: Gradient with respect to the output, in its shape.
        cache: From `relu_forward`.
    """
    return np.where(cache > 0, dout, np.zeros((), dtype=dout.dtype))


def dropout_forward(x: Array, dropout_param: Mapping[str, Any]) -> tuple[Array, DropoutCache]:
    """Set values to 0 at random while training, and scale the others up so that the mean stays (inverted dropout).

    Source: Srivastava et al., JMLR 15, 2014; scaling at training time, so that test mode does nothing.

    Args:
        x: Inputs, any shape.
        dropout_param: `mode`, "train" or "test"; `p`, the probability to keep a value, in (0, 1]; `seed`, where every
            call should drop the same values, as a gradient check needs. Without it numpy's global generator is used.

    Returns:
        The output, in the shape of x, and the cache.

    Raises:
        ValueError: The mode or the probability is another one.
    """
    mode, keep = dropout_param["mode"], dropout_param["p"]
    if mode not in ("train", "test"):
        raise ValueError(f"dropout_param['mode'] is {mode!r}; expected 'train' or 'test'")
    if not 0 < keep <= 1:
        raise ValueError(f"dropout_param['p'] is {keep}; it is the probability to keep a value, above 0 and up to 1")
    if mode == "test":
        return x, None
    seed = dropout_param.get("seed")
    draws = np.random.random(x.shape) if seed is None else np.random.default_rng(seed).random(x.shape)
    mask = (draws < keep).astype(x.dtype) / x.dtype.type(keep)
    return x * mask, mask


def dropout_backward(dout: Array, cache: DropoutCache) -> Array:
    """Return the gradient with respect to x.

    Args:
        dout: Gradient with respect to the output, in its shape.
        cache: From `dropout_forward`.
    """
    return dout if cache is None else dout * cache


def softmax_loss(scores: Array, y: NDArray[np.integer[Any]]) -> tuple[float, Array]:
    """Return the mean cross-entropy of the softmax of scores, and its gradient.

    The largest score of a row is subtracted first, so that no exponential overflows; the loss is taken from the
    logarithm of the sum, so that no probability of 0 reaches a logarithm.

    Args:
        scores: (N, C).
        y: Labels (N,), integers from 0 to C - 1.

    Returns:
        The loss in nats, and the gradient with respect to scores (N, C).

    Raises:
        ValueError: The labels do not fit the scores.
    """
    if scores.ndim != 2 or y.shape != scores.shape[:1]:
        raise ValueError(f"found scores {scores.shape} and labels {y.shape}; expected (N, C) and (N,)")
    if y.size and not 0 <= y.min() <= y.max() < scores.shape[1]:
        raise ValueError(f"labels run from {y.min()} to {y.max()}; expected 0 to {scores.shape[1] - 1}")
    rows = np.arange(len(scores))
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    gradient = np.exp(log_probabilities)
    gradient[rows, y] -= 1
    return float(-log_probabilities[rows, y].mean()), gradient / len(scores)
