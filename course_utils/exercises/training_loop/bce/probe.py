"""How `bce_loss(y, y_hat)` and `bce_with_logits(y, logits)` are exercised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.kits.comparing import every, flag
from course_utils.kits.losses import finite_or_nan, growing, loss_and_gradient
from course_utils.kits.probe import Inputs, Outputs, Part, Probe
from course_utils.kits.tensors import same, tensor

__all__ = ["PROBE"]

Loss = Callable[[torch.Tensor, torch.Tensor], Any]
SMALL, LARGE, UNBOUNDED = 1e-6, 10.0, 1e20
# Completely wrong predictions: exactly, and as nearly as a float can say.
WRONG = ((1.0, 0.0), (1.0, 1e-30), (0.0, 1.0), (0.0, 1.0 - 1e-16))


def _of_probabilities(bce_loss: Loss, inputs: Inputs) -> Outputs:
    def single(y: float, y_hat: float) -> tuple[NDArray[Any], NDArray[Any]]:
        return loss_and_gradient(bce_loss, tensor(np.array([y])), np.array([y_hat]), "bce_loss")

    y, y_hat = tensor(inputs["y"]), tensor(inputs["y_hat"])
    bce_loss(y, y_hat)
    slopes = np.concatenate([single(*example)[1] for example in WRONG])
    usable = np.isfinite(slopes) & (np.abs(slopes) < UNBOUNDED)
    return {
        **_moderate(bce_loss, inputs["y"], inputs["y_hat"], "bce_loss"),
        "right_is_cheap": flag(every(abs(single(value, value)[0]) < SMALL for value in (0.0, 1.0))),
        "wrong_is_dear": flag(every(LARGE < single(*example)[0] < np.inf for example in (WRONG[0], WRONG[2]))),
        "gradient_signs": np.where(np.isfinite(slopes), np.sign(slopes), 0.0),
        "gradient_bounded": flag(bool(usable.all())),
        "inputs_left_alone": flag(same(y, inputs["y"]) and same(y_hat, inputs["y_hat"])),
    }


def _of_logits(bce_with_logits: Loss, inputs: Inputs) -> Outputs:
    """Where a probability has rounded to 0 or 1 a loss made from it no longer grows; then the far ones count as 0."""

    def single(y: float, logit: float) -> tuple[NDArray[Any], NDArray[Any]]:
        return loss_and_gradient(bce_with_logits, tensor(np.array([y])), np.array([logit]), "bce_with_logits")

    near, middle = inputs["logits_rounded"]
    grows = every(growing(single(y, s * middle)[0], single(y, s * near)[0]) for y, s in ((1.0, -1.0), (0.0, 1.0)))
    far = [single(*pair) for pair in zip(inputs["y_far"], inputs["logits_far"], strict=True)]
    losses = finite_or_nan(np.array([loss for loss, _ in far]))
    slopes = finite_or_nan(np.concatenate([slope for _, slope in far]))
    return {
        **_moderate(bce_with_logits, inputs["y"], inputs["logits"], "bce_with_logits"),
        "loss_grows": flag(grows),
        "loss_far": losses if grows else np.zeros_like(losses),
        "gradient_far": slopes if grows else np.zeros_like(slopes),
    }


def _moderate(loss_fn: Loss, y: NDArray[Any], prediction: NDArray[Any], name: str) -> Outputs:
    loss, slope = loss_and_gradient(loss_fn, tensor(y), prediction, name)
    column, _ = loss_and_gradient(loss_fn, tensor(y[:, None]), prediction[:, None], name)
    return {"loss": loss, "loss_column": column, "gradient": slope}


PROBE = Probe(
    "bce",
    ("bce_loss", "bce_with_logits"),
    (
        Part("bce_loss", ("bce_loss",), _of_probabilities),
        Part("bce_with_logits", ("bce_with_logits",), _of_logits),
    ),
)
