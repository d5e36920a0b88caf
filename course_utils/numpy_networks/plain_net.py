"""A fully connected network in numpy, with a place for a normalization: what those of workbook 4 are built on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from course_utils.numpy_networks.layers import (
    affine_backward,
    affine_forward,
    dropout_backward,
    dropout_forward,
    relu_backward,
    relu_forward,
    softmax_loss,
)

__all__ = ["PlainNet"]

Array = NDArray[Any]


class PlainNet:
    """{affine - [norm] - ReLU - [dropout]} x (L - 1) - affine - softmax.

    A hidden layer i is normalised where `params` has a `gamma{i}`; a subclass says how.

    Args:
        hidden_dims: Sizes of the L - 1 hidden layers.
        input_dim: Values per example.
        num_classes: Number of classes.
        dropout_keep_ratio: Probability to keep a value, above 0; 1 is no dropout.
        reg: Strength of the L2 penalty on the weights, 0.5 * reg * sum of W**2; biases are left out.
        weight_scale: Standard deviation of the initial weights; biases start at 0.
        dtype: Type of all arrays; float64 to check gradients.
        seed: Of the weights; where it is given, dropout drops the same values in every call.

    Attributes:
        params: `W1`, `b1`, ... by name.
        num_layers: L.
    """

    def __init__(
        self,
        hidden_dims: Sequence[int],
        input_dim: int = 3 * 32 * 32,
        num_classes: int = 10,
        dropout_keep_ratio: float = 1,
        reg: float = 0.0,
        weight_scale: float = 1e-2,
        dtype: DTypeLike = np.float32,
        seed: int | None = None,
    ) -> None:
        self.reg, self.dtype, self.num_layers = reg, np.dtype(dtype), 1 + len(hidden_dims)
        self.dropout_param: dict[str, Any] = {"p": dropout_keep_ratio, "seed": seed}
        self.params: dict[str, Array] = {}
        rng = np.random.default_rng(seed)
        for i, shape in enumerate(pairwise([input_dim, *hidden_dims, num_classes]), start=1):
            self.params[f"W{i}"] = (weight_scale * rng.normal(size=shape)).astype(self.dtype)
            self.params[f"b{i}"] = np.zeros(shape[1], dtype=self.dtype)

    def norm_forward(self, i: int, x: Array, mode: str) -> tuple[Array, Any]:
        """Normalise the input of hidden layer i's ReLU in mode "train" or "test"; return output and cache."""
        raise NotImplementedError

    def norm_backward(self, i: int, dout: Array, cache: Any) -> tuple[Array, dict[str, Array]]:
        """Return the gradients with respect to the input of the normalization, and to its parameters, by name."""
        raise NotImplementedError

    def hidden_forward(self, i: int, x: Array, mode: str) -> tuple[Array, Any]:
        """Apply hidden layer i, counted from 1, in mode "train" or "test"; return its output and a cache."""
        x, affine = affine_forward(x, self.params[f"W{i}"], self.params[f"b{i}"])
        x, norm = self.norm_forward(i, x, mode) if f"gamma{i}" in self.params else (x, None)
        x, relu = relu_forward(x)
        x, dropout = self.dropout(x, mode)
        return x, (affine, norm, relu, dropout)

    def dropout(self, x: Array, mode: str) -> tuple[Array, Any]:
        """Apply dropout, where there is any; return the output and the cache of `dropout_backward`."""
        if self.dropout_param["p"] == 1:
            return x, None
        return dropout_forward(x, {**self.dropout_param, "mode": mode})

    def hidden_backward(self, i: int, dout: Array, cache: Any) -> tuple[Array, dict[str, Array]]:
        """Return the gradients with respect to the input of hidden layer i, and to its parameters, by name."""
        affine, norm, relu, dropout = cache
        dout = relu_backward(dropout_backward(dout, dropout), relu)
        dout, grads = self.norm_backward(i, dout, norm) if f"gamma{i}" in self.params else (dout, {})
        dx, dw, db = affine_backward(dout, affine)
        return dx, {**grads, f"W{i}": dw, f"b{i}": db}

    def loss(self, X: Array, y: NDArray[np.integer[Any]] | None = None) -> Any:
        """Return the scores (N, classes) in test mode; with labels, the loss (nats) and all gradients, by name."""
        mode, last = "test" if y is None else "train", self.num_layers
        out, caches = X.astype(self.dtype), []
        for i in range(1, last):
            out, cache = self.hidden_forward(i, out, mode)
            caches.append(cache)
        scores, cache = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
        if y is None:
            return scores
        loss, dout = softmax_loss(scores, y)
        dout, dw, db = affine_backward(dout, cache)
        grads = {f"W{last}": dw, f"b{last}": db}
        for i in range(last - 1, 0, -1):
            dout, more = self.hidden_backward(i, dout, caches[i - 1])
            grads |= more
        for name in (f"W{i}" for i in range(1, last + 1) if self.reg):
            loss += 0.5 * self.reg * float((self.params[name] ** 2).sum())
            grads[name] = grads[name] + self.reg * self.params[name]
        return loss, grads
