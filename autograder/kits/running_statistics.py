"""The running statistics of two normalized layers, gathered in the ways in which people gather them."""

from __future__ import annotations

from types import SimpleNamespace

import torch
from torch.nn.functional import conv2d, softplus

from course_utils.kits.tensors import tensor

__all__ = [
    "MOMENTA", "Stats", "averaged", "by_old_first_layer", "in_training", "layer_by_layer", "mean_only", "mixed",
    "moving", "old", "reset",
]  # fmt: skip

EPS, MOMENTA = 1e-5, (0.2, 0.1)
Stats = tuple[torch.Tensor, torch.Tensor]


def _columns(values: torch.Tensor) -> torch.Tensor:
    """Return one row per value of a channel: (N, C, ...) becomes (N * ..., C)."""
    return values.movedim(1, -1).flatten(0, -2)


def _stats(values: torch.Tensor, correction: int = 1) -> Stats:
    columns = _columns(values)
    return columns.mean(0), columns.var(0, correction=correction)


def _normalised(values: torch.Tensor, stats: Stats, layer: int, s: SimpleNamespace) -> torch.Tensor:
    shape = (1, -1) + (1,) * (values.ndim - 2)
    gain, shift = (tensor(s.inputs[f"net_{i}"]).view(shape) for i in ((2, 3), (6, 7))[layer])
    mean, var = (stat.view(shape) for stat in stats)
    return (values - mean) / (var + EPS).sqrt() * gain + shift


def _before_first(x: torch.Tensor, s: SimpleNamespace) -> torch.Tensor:
    return conv2d(x, tensor(s.inputs["net_0"]), tensor(s.inputs["net_1"]))


def _before_second(first: torch.Tensor, s: SimpleNamespace) -> torch.Tensor:
    return conv2d(softplus(first), tensor(s.inputs["net_4"]), tensor(s.inputs["net_5"]))


def in_training(x: torch.Tensor, s: SimpleNamespace) -> list[Stats]:
    """Return the statistics of both layers, as a forward pass of `x` in training mode keeps them."""
    one = _before_first(x, s)
    two = _before_second(_normalised(one, _stats(one, 0), 0, s), s)
    return [_stats(one, s.correction), _stats(two, s.correction)]


def layer_by_layer(s: SimpleNamespace) -> list[Stats]:
    """Return the statistics of both layers, the second one's with the first one's in use."""
    one = _before_first(s.x, s)
    first = _stats(one, s.correction)
    return [first, _stats(_before_second(_normalised(one, first, 0, s), s), s.correction)]


def old(s: SimpleNamespace) -> list[Stats]:
    """Return the statistics before recalibration."""
    keys = ("running_mean", "running_var")
    found = [[tensor(s.inputs[f"{name}_{key}"]) for key in keys] for name in ("first", "second")]
    return [(mean, var) for mean, var in found]


def mixed(before: list[Stats], now: list[Stats], shares: tuple[float, ...]) -> list[Stats]:
    """Return what one update makes of the statistics."""
    pairs = zip(before, now, shares, strict=True)
    return [(a[0] + m * (b[0] - a[0]), a[1] + m * (b[1] - a[1])) for a, b, m in pairs]


def averaged(s: SimpleNamespace, weighted: bool = False) -> list[Stats]:
    """Return the mean of the statistics of the batches."""
    found = [in_training(part, s) for part in s.batches]
    sizes = torch.tensor([float(len(part)) for part in s.batches], dtype=torch.float64)
    weights = (sizes if weighted else torch.ones_like(sizes)) / (sizes.sum() if weighted else len(sizes))
    return [
        tuple(sum(w * one[layer][i] for w, one in zip(weights, found, strict=True)) for i in (0, 1)) for layer in (0, 1)
    ]


def moving(s: SimpleNamespace, start: list[Stats], momenta: tuple[float, ...] = MOMENTA) -> list[Stats]:
    """Return a moving average over the batches."""
    for part in s.batches:
        start = mixed(start, in_training(part, s), momenta)
    return start


def reset(s: SimpleNamespace) -> list[Stats]:
    """Return the statistics of fresh layers."""
    return [(torch.zeros_like(mean), torch.ones_like(var)) for mean, var in old(s)]


def by_old_first_layer(s: SimpleNamespace) -> list[Stats]:
    """Return statistics all taken in evaluation mode at once: the second layer sees the old first one."""
    one = _before_first(s.x, s)
    return [_stats(one, s.correction), _stats(_before_second(_normalised(one, old(s)[0], 0, s), s), s.correction)]


def mean_only(s: SimpleNamespace) -> list[Stats]:
    """Return new means and old variances."""
    return [(new[0], old[1]) for new, old in zip(layer_by_layer(s), old(s), strict=True)]
