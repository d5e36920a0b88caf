"""What goes wrong when normalization is put into a network; and what a network only inherits from its layers."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from autograder.kits.numpy_net_rule import LAYERS, batch_normal, layer_normal, plain_normal
from autograder.kits.rules import Formula, Mistake

__all__ = ["BATCH_MISTAKES", "CONVENTIONS", "INHERITED", "LAYER_MISTAKES", "NETWORK_MISTAKES", "RUNNING_INHERITED"]


def _passing(function: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """Return a function with the same values through which a gradient passes unchanged."""

    def passing(z: torch.Tensor, *more: Any) -> torch.Tensor:
        return z + (function(z, *more) - z).detach()

    return passing


NETWORK_MISTAKES = (
    Mistake(
        "activation-on-scores",
        "The last layer has a ReLU too; scores may be negative.",
        {"scores": lambda s: s.activation(s.linear(s.hidden, LAYERS))},
    ),
    Mistake(
        "hidden-activations-missing",
        "The hidden layers have no ReLU, so that all layers together are one linear map.",
        {"activation": lambda s: lambda z: z},
    ),
    Mistake(
        "activation-backward-missing",
        "On the way back the gradient does not pass the ReLU of the hidden layers.",
        {"activation": lambda s: _passing(torch.relu)},
    ),
    Mistake(
        "bias-missing",
        "The biases have no effect.",
        {"linear": lambda s: lambda h, k: h @ s.params[f"W{k}"]},
    ),
)


def _placed(name: str, says: str, **formulas: Formula) -> Mistake:
    return Mistake(name, says, formulas, pairs=False)


def _not_in(layer: int) -> Formula:
    """Return the formula of hidden layers of which one is not normalised."""

    def formula(s: SimpleNamespace) -> Callable[[torch.Tensor, int], torch.Tensor]:
        return lambda h, k: s.activation(s.linear(h, k) if k == layer else s.normal(s.linear(h, k), k))

    return formula


COMMON = (
    *NETWORK_MISTAKES,
    _placed(
        "normalization-ignored",
        "The flag has no effect: loss and scores are those of a network without normalization. A comparison with such "
        "a network would compare it with itself.",
        normal=plain_normal,
        without=lambda s: ("gamma", "beta"),
    ),
    _placed("normalization-ignored", "Gains and shifts are there, but nothing is normalised.", normal=plain_normal),
    _placed(
        "normalization-after-activation",
        "The values are normalised after the ReLU; the text puts normalization before it.",
        block=lambda s: lambda h, k: s.normal(s.activation(s.linear(h, k)), k),
    ),
    _placed(
        "scores-normalised",
        "The last layer is normalised too: that throws away how sure the network is.",
        scores=lambda s: s.normal(s.linear(s.hidden, LAYERS), LAYERS),
    ),
    _placed(
        "normalization-in-one-layer-only",
        "Only the first hidden layer is normalised.",
        block=_not_in(2),
    ),
    _placed("normalization-in-one-layer-only", "The first hidden layer is not normalised.", block=_not_in(1)),
    _placed(
        "normalization-in-one-layer-only",
        "Only the first hidden layer is normalised.",
        block=_not_in(2),
        without=lambda s: ("gamma2", "beta2"),
    ),
    _placed(
        "normalization-in-one-layer-only",
        "The first hidden layer is not normalised.",
        block=_not_in(1),
        without=lambda s: ("gamma1", "beta1"),
    ),
    _placed(
        "normalization-backward-missing",
        "On the way back the gradient does not pass the normalization.",
        normal=lambda s: _passing(s.chosen(s)),
        without=lambda s: ("gamma", "beta"),
    ),
    Mistake(
        "gamma-beta-gradients-exchanged",
        "The gradients of gamma and beta have changed places.",
        {"gains_as": lambda s: {"gamma": "beta", "beta": "gamma"}},
    ),
    Mistake(
        "normalization-gradients-missing",
        "The gradients of gamma and beta are not returned, so they would never be trained.",
        {"without": lambda s: ("gamma", "beta")},
    ),
)
BATCH_MISTAKES = (
    *COMMON,
    _placed(
        "layer-for-batch",
        'With normalization="batchnorm" the rows are normalised: that is layer normalization.',
        normal=layer_normal,
    ),
    _placed(
        "bn-param-shared",
        "All layers keep their running statistics in one dictionary, so that each overwrites the other's. A list made "
        "by multiplication holds the same dictionary several times.",
        kept_for=lambda s: lambda k: 0,
    ),
    _placed(
        "train-mode-in-test",
        "Scores without labels come from batch statistics: the mode is not set to test.",
        mode=lambda s: True,
    ),
    _placed(
        "test-mode-stays",
        "After scores in test mode the network stays in test mode: the mode is not set back to train.",
        mode=lambda s: s.training and s.call < 3,
    ),
    _placed(
        "test-mode-stays",
        "After scores in test mode a training batch gives an error: the mode is not set back to train.",
        again=lambda s: np.nan,
    ),
    _placed(
        "always-in-test-mode",
        "Training uses the running statistics, which then never change: the mode is always test.",
        mode=lambda s: False,
    ),
)
LAYER_MISTAKES = (
    *COMMON,
    _placed(
        "batch-for-layer",
        'With normalization="layernorm" the columns are normalised: that is batch normalization.',
        normal=batch_normal,
    ),
)

CONVENTIONS = (
    Mistake(
        "unbiased-running-variance",
        "Your running variance averages unbiased estimates, as torch's does. Both are in use.",
        {"running_correction": lambda s: 1},
    ),
    Mistake(
        "running-variance-starts-at-one",
        "Your running variance starts at 1, as torch's does; the text starts it at 0. Both are in use.",
        {"start_var": lambda s: 1.0},
    ),
)


def _normalised(
    spread: Callable[[torch.Tensor], torch.Tensor] = lambda v: v,
    centre: Callable[[torch.Tensor], torch.Tensor] = lambda m: m,
    root: Callable[[torch.Tensor, float], torch.Tensor] = lambda v, eps: torch.sqrt(v + eps),
) -> Formula:
    return lambda s: lambda z, mean, var: (z - centre(mean)) / root(spread(var), s.eps)


def _inherited(says: str, **formulas: Formula) -> Mistake:
    return Mistake("follows-own-normalization", f"{says} That is counted in the exercise on that layer.", formulas)


# The network is put together rightly; a layer from an earlier exercise is not what it should be.
INHERITED = (
    _inherited("Your layer normalises with the unbiased variance.", correction=lambda s: 1),
    _inherited("Your layer divides by the variance.", normalised=_normalised(root=lambda v, eps: v + eps)),
    _inherited("Your layer adds epsilon after the root.", normalised=_normalised(root=lambda v, eps: v.sqrt() + eps)),
    _inherited("Your layer has no epsilon.", normalised=_normalised(root=lambda v, eps: v.sqrt())),
    _inherited("Your layer ignores gamma.", affine=lambda s: lambda h, gamma, beta: h + beta),
    _inherited("Your layer ignores beta.", affine=lambda s: lambda h, gamma, beta: gamma * h),
    _inherited("Your layer has gamma and beta exchanged.", affine=lambda s: lambda h, gamma, beta: beta * h + gamma),
    _inherited(
        "Your layer's backward pass takes mean and variance for constants.",
        normalised=_normalised(torch.Tensor.detach, torch.Tensor.detach),
    ),
    _inherited(
        "Your layer's backward pass lacks the path through the variance.", normalised=_normalised(torch.Tensor.detach)
    ),
    _inherited(
        "Your layer's backward pass lacks the path through the mean.", normalised=lambda s: _without_mean_path(s.eps)
    ),
    _inherited(
        "Your layer's dx lacks gamma.",
        affine=lambda s: lambda h, gamma, beta: (gamma * h.detach() + beta) + (h - h.detach()),
    ),
)


def _without_mean_path(eps: float) -> Callable[..., torch.Tensor]:
    """Return standardization through whose mean no gradient passes; the variance keeps its own path."""
    return lambda z, mean, var: (z - mean.detach()) / torch.sqrt(var + eps)


RUNNING_INHERITED = (
    _inherited("Your running averages have momentum and 1 - momentum exchanged.", m=lambda s: 0.1),
    _inherited("Your running statistics do not change.", m=lambda s: 1.0),
)
