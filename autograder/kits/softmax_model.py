"""The small softmax classifier of the probes: its loss, its gradient, fresh data and parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.kits.probe import Inputs

__all__ = ["fresh_model", "gradients", "loss"]

Array = NDArray[Any]


def loss(inputs: Inputs, params: Sequence[Array]) -> float:
    """Return the mean cross-entropy in nats for `params` = weight (classes, features), bias (classes,)."""
    logits = _logits(inputs, params)
    return float(np.mean(_log_normaliser(logits) - logits[np.arange(len(logits)), inputs["labels"]]))


def gradients(inputs: Inputs, params: Sequence[Array]) -> list[Array]:
    """Return the gradient of the loss with respect to weight and bias."""
    logits = _logits(inputs, params)
    errors = np.exp(logits - _log_normaliser(logits)[:, None])
    errors[np.arange(len(logits)), inputs["labels"]] -= 1.0
    return [errors.T @ inputs["features"] / len(logits), errors.mean(axis=0)]


def fresh_model(rng: np.random.Generator, examples: int = 12, features: int = 5, classes: int = 4) -> Inputs:
    """Draw features, labels of all classes, a weight and a bias."""
    return {
        "features": rng.normal(size=(examples, features)),
        "labels": rng.permutation(np.arange(examples) % classes),
        "weight": rng.normal(size=(classes, features)),
        "bias": rng.normal(size=classes),
    }


def _logits(inputs: Inputs, params: Sequence[Array]) -> Array:
    weight, bias = params
    return np.asarray(inputs["features"] @ weight.T + bias)


def _log_normaliser(logits: Array) -> Array:
    return np.asarray(np.log(np.exp(logits).sum(axis=1)))
