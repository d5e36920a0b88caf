"""A fully connected network as a program in torch: {affine, normalization, ReLU} (L - 1 times), affine, softmax loss.

Layers count from 1. A formula such as `normal` or `block` gives a function of the values and the number of the layer.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from autograder.kits.accepted_conventions import over_calls
from autograder.kits.rules import Rule
from course_utils.kits.calls import float64_by_default
from course_utils.kits.numpy_nets import names
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["LAYERS", "batch_normal", "layer_normal", "network_rule", "plain_normal", "values_of"]

LAYERS = 3
Tensor = torch.Tensor
Layer = Callable[[Tensor, int], Tensor]


def plain_normal(s: SimpleNamespace) -> Layer:
    """Leave the values as they are."""
    return lambda z, k: z


def layer_normal(s: SimpleNamespace) -> Layer:
    """Normalise each row, then gain and shift."""

    def normal(z: Tensor, k: int) -> Tensor:
        h = s.normalised(z, z.mean(1, keepdim=True), z.var(1, correction=s.correction, keepdim=True))
        return _affine(s, h, k)

    return normal


def batch_normal(s: SimpleNamespace) -> Layer:
    """Normalise each column, with running statistics in test mode; then gain and shift."""

    def normal(z: Tensor, k: int) -> Tensor:
        key = s.kept_for(k)
        mean, var = s.running.setdefault(key, (torch.zeros(z.shape[1]), s.start_var * torch.ones(z.shape[1])))
        if s.mode:
            kept = z.var(0, correction=s.running_correction)
            new = (z.mean(0).detach(), kept.detach())
            s.running[key] = tuple(s.m * old + (1 - s.m) * now for old, now in zip((mean, var), new, strict=True))
            mean, var = z.mean(0), z.var(0, correction=s.correction)
        h = s.normalised(z, mean, var)
        return _affine(s, h, k)

    return normal


def _standardised(s: SimpleNamespace) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    return lambda z, mean, var: (z - mean) / torch.sqrt(var + s.eps)


def _affine(s: SimpleNamespace, h: Tensor, k: int) -> Tensor:
    out: Tensor = s.affine(h, s.params.get(f"gamma{k}", 1.0), s.params.get(f"beta{k}", 0.0))
    return out


def _blocks(s: SimpleNamespace) -> Tensor:
    h: Tensor = s.X
    for k in range(1, LAYERS):
        h = s.block(h, k)
    return h


def network_rule(normal: Callable[[SimpleNamespace], Layer]) -> Rule:
    """Return the program of a network with a normalization."""
    return {
        "chosen": lambda s: normal,
        "eps": lambda s: 1e-5,
        "m": lambda s: 0.9,
        "correction": lambda s: 0,
        "running_correction": lambda s: 0,
        "start_var": lambda s: 0.0,
        "kept_for": lambda s: lambda k: k,
        "mode": lambda s: s.training,
        "normalised": _standardised,
        "affine": lambda s: lambda h, gamma, beta: gamma * h + beta,
        "normal": normal,
        "linear": lambda s: lambda h, k: h @ s.params[f"W{k}"] + s.params[f"b{k}"],
        "activation": lambda s: torch.relu,
        "block": lambda s: lambda h, k: s.activation(s.normal(s.linear(h, k), k)),
        "hidden": _blocks,
        "scores": lambda s: s.linear(s.hidden, LAYERS),
        "again": lambda s: 0.0,
        "gains_as": lambda s: {"gamma": "gamma", "beta": "beta"},
        "without": lambda s: (),
    }


def values_of(rule: Rule, inputs: Inputs, *, normalized: bool) -> Outputs:
    """Return what the probe sees of such a network: losses, scores in test mode and gradients."""
    given = names(LAYERS, normalized=normalized)
    params = {name: torch.tensor(inputs[name], requires_grad=True) for name in given}
    order = (("1", True), ("2", True), ("test", False), ("1", True))
    calls = [{"X": torch.tensor(inputs[f"X_{name}"]), "training": training} for name, training in order]
    with float64_by_default():
        after = over_calls(rule, calls, {"params": params, "running": {}})
        losses = [
            functional.cross_entropy(state.scores, torch.tensor(inputs[f"y_{name}"]))
            for state, (name, training) in zip(after, order, strict=True)
            if training
        ]
    found = torch.autograd.grad(losses[0], list(params.values()), allow_unused=True)
    gradients = {
        name: _gradient(params[name], gradient, missing=bool({name, name.rstrip("123")} & {*after[0].without}))
        for name, gradient in zip(given, found, strict=True)
    }
    groups = _together(gradients)
    exchanged = {f"d{word}": groups[f"d{other}"] for word, other in after[0].gains_as.items() if normalized}
    return {
        "losses": np.add([loss.item() for loss in losses], [0.0, 0.0, after[-1].again]),
        "scores": after[2].scores.detach().numpy(),
        **{f"dW{k}": gradients[f"W{k}"] for k in range(1, LAYERS + 1)},
        **groups,
        **exchanged,
    }


def _gradient(parameter: Tensor, gradient: Tensor | None, *, missing: bool) -> np.ndarray[Any, Any]:
    if missing:
        return np.full(parameter.numel(), np.nan)
    return np.zeros(parameter.numel()) if gradient is None else gradient.numpy().ravel()


def _together(gradients: dict[str, np.ndarray[Any, Any]]) -> Outputs:
    groups = {
        word: [g for name, g in gradients.items() if name.rstrip("123") == word] for word in ("b", "gamma", "beta")
    }
    return {f"d{word}": np.concatenate(members) for word, members in groups.items() if members}
