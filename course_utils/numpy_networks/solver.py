"""Training of networks that are written in numpy: `loss(X, y)` gives the loss and the gradients of `params`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.data.small_split import SmallSplit
from course_utils.one_thread import torch_in_one_thread

__all__ = ["NumpyNet", "SolverHistory", "solve"]

EVALUATION_BATCH = 1000


class NumpyNet(Protocol):
    """A network in numpy.

    Attributes:
        params: Arrays by name; they are changed in place.
    """

    params: dict[str, NDArray[Any]]

    def loss(self, X: NDArray[Any], y: NDArray[Any] | None = None) -> Any:
        """Return the scores (N, classes) in test mode; with labels, the mean loss and the gradients by name."""


@dataclass(frozen=True)
class SolverHistory:
    """One training run.

    Args:
        loss_history: Loss of every batch (nats).
        train_acc_history: Share of the training images classified rightly, before training and after each epoch.
        val_acc_history: The same for the validation images.
        model: The trained network.
    """

    loss_history: tuple[float, ...]
    train_acc_history: tuple[float, ...]
    val_acc_history: tuple[float, ...]
    model: NumpyNet = field(repr=False)


@torch_in_one_thread()
def solve(
    model: NumpyNet,
    data: SmallSplit,
    *,
    learning_rate: float = 1e-3,
    num_epochs: int = 10,
    batch_size: int = 50,
    seed: int = 0,
) -> SolverHistory:
    """Train a numpy network with torch's Adam, which sees all arrays of `model.params` as one vector.

    Args:
        model: The network; it is changed.
        data: Images and labels.
        learning_rate: Of Adam.
        num_epochs: Passes over the training images, each in an order of its own; the last, smaller batch counts.
        batch_size: Images per update.
        seed: Of the orders.

    Raises:
        ValueError: A number makes no sense, or a gradient is missing or of another shape than its parameter.
    """
    if num_epochs < 1 or not 1 <= batch_size <= len(data.X_train):
        raise ValueError(
            f"num_epochs must be at least 1 and batch_size from 1 to {len(data.X_train)}; found {num_epochs} and "
            f"{batch_size}"
        )
    vector = torch.from_numpy(np.concatenate([array.ravel() for array in model.params.values()]))
    vector.grad = torch.zeros_like(vector)
    weights, slopes = _slices(vector.numpy(), model.params), _slices(vector.grad.numpy(), model.params)
    adam = torch.optim.Adam([vector], lr=learning_rate, fused=True)
    rng = np.random.default_rng(seed)
    losses: list[float] = []
    train, valid = [_accuracy(model, data.X_train, data.y_train)], [_accuracy(model, data.X_val, data.y_val)]
    for _ in range(num_epochs):
        order = rng.permutation(len(data.X_train))
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            loss, gradients = model.loss(data.X_train[rows], data.y_train[rows])
            _copy(gradients, slopes)
            adam.step()
            _copy(weights, model.params)
            losses.append(float(loss))
        train.append(_accuracy(model, data.X_train, data.y_train))
        valid.append(_accuracy(model, data.X_val, data.y_val))
    return SolverHistory(tuple(losses), tuple(train), tuple(valid), model)


def _slices(vector: NDArray[Any], arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the parts of a vector in the shapes of the arrays that it was put together from; they share its memory."""
    parts = np.split(vector, np.cumsum([array.size for array in arrays.values()])[:-1])
    return {name: part.reshape(array.shape) for part, (name, array) in zip(parts, arrays.items(), strict=True)}


def _copy(source: Mapping[str, NDArray[Any]], target: Mapping[str, NDArray[Any]]) -> None:
    for name, array in target.items():
        if name not in source or np.shape(source[name]) != array.shape:
            found = f"an array of shape {np.shape(source[name])}" if name in source else "none"
            raise ValueError(f"loss() must return a gradient of shape {array.shape} for {name!r}; found {found}")
        array[...] = source[name]


def _accuracy(model: NumpyNet, X: NDArray[Any], y: NDArray[Any]) -> float:
    starts = range(0, len(X), EVALUATION_BATCH)
    scores = [np.asarray(model.loss(X[at : at + EVALUATION_BATCH])) for at in starts]
    return float((np.concatenate(scores).argmax(axis=1) == y).mean())
