"""Looking at the loss around a network: along its gradient, in a plane, and with noise after its normalization."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.functional import cross_entropy

__all__ = [
    "NoisyBatchNorm2d",
    "filter_direction",
    "gradient_change",
    "loss_plane",
    "next_noise",
    "stretch_convolutions",
]


class NoisyBatchNorm2d(nn.BatchNorm2d):
    """Batch normalization with its effect undone: what leaves it is shifted and scaled at random, per channel.

    In every training step each channel gets another shift and scale, and each image a little more of both (Santurkar
    et al. 2018, section 2.2, whose noise has a non-zero mean and a non-unit variance that change from step to step). So
    the next layer sees inputs whose distribution jumps, more than without any normalization. The noise stays the same
    until `next_noise` is called, so that a loss can be compared with itself. In evaluation mode there is none.

    Args:
        num_features: Number of channels.
        strength: Largest shift of a channel, in standard deviations; a scale is between 1 and 1 + strength.
        seed: Seed of the noise.
    """

    def __init__(self, num_features: int, strength: float = 0.5, seed: int = 0) -> None:
        super().__init__(num_features)
        self.strength, self.seed = strength, seed
        self.register_buffer("noise_step", torch.zeros((), dtype=torch.int64))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalize (N, C, H, W), and add the noise of this step when training."""
        normalised: torch.Tensor = super().forward(x)
        if not self.training:
            return normalised
        generator = torch.Generator().manual_seed(1_000_003 * self.seed + int(self.get_buffer("noise_step")))
        shift, scale = (self._noise(len(x), generator).to(x) for _ in range(2))
        return (1 + scale.abs()) * normalised + shift

    def _noise(self, count: int, generator: torch.Generator) -> torch.Tensor:
        """Return noise of shape (count, C, 1, 1): one value per channel, and a tenth of it more per image."""
        channel = 2 * torch.rand(1, self.num_features, 1, 1, generator=generator) - 1
        image = 2 * torch.rand(count, self.num_features, 1, 1, generator=generator) - 1
        return self.strength * (channel + 0.1 * image)


def next_noise(net: nn.Module) -> None:
    """Let every `NoisyBatchNorm2d` of the network draw other noise from now on."""
    for module in net.modules():
        if isinstance(module, NoisyBatchNorm2d):
            module.get_buffer("noise_step").add_(1)


def gradient_change(
    net: nn.Module, X: torch.Tensor, y: torch.Tensor, step_lengths: Sequence[float]
) -> tuple[float, NDArray[np.float64]]:
    """Return the norm of the gradient, and how far it has changed at some distances down the gradient.

    The loss is the cross-entropy of `X` and `y`, in the mode of the network, which is left as it was.

    Args:
        net: Network that returns logits.
        X: Its inputs, shape (N, ...).
        y: Class numbers, shape (N,).
        step_lengths: Euclidean distances in the space of all parameters.

    Returns:
        |g(w)|, and |g(w - s g/|g|) - g(w)| for each length s, shape (lengths,).
    """
    work = copy.deepcopy(net)
    weights = [*work.parameters()]
    start = [weight.detach().clone() for weight in weights]
    gradient = _gradient(work, X, y)
    norm = _norm(gradient)
    changes = []
    for length in step_lengths:
        _move(weights, start, [-g / norm for g in gradient], float(length))
        changes.append(_norm(a - b for a, b in zip(_gradient(work, X, y), gradient, strict=True)))
    return norm, np.array(changes)


def _gradient(net: nn.Module, X: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, ...]:
    return torch.autograd.grad(cross_entropy(net(X), y), list(net.parameters()))


def _norm(tensors: Iterable[torch.Tensor]) -> float:
    return float(torch.cat([tensor.flatten() for tensor in tensors]).norm())


@torch.no_grad()
def _move(
    parameters: Sequence[torch.Tensor], start: Sequence[torch.Tensor], direction: Sequence[torch.Tensor], by: float
) -> None:
    for parameter, origin, d in zip(parameters, start, direction, strict=True):
        parameter.copy_(origin + by * d)


def filter_direction(net: nn.Module, generator: torch.Generator) -> list[torch.Tensor]:
    """Return a random direction in which every filter is as long as that of the network (Li et al. 2018, section 4).

    A filter is what leads to one output: a row of a linear layer, or the kernels of one channel. Biases, and the gains
    and shifts of normalizations, are left alone.

    Args:
        net: The network.
        generator: Where chance comes from, on the CPU.
    """
    return [_like_filters(parameter.detach(), generator) for parameter in net.parameters()]


def _like_filters(weights: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    if weights.ndim < 2:
        return torch.zeros_like(weights)
    drawn = torch.randn(weights.shape, generator=generator).to(weights)
    lengths, wanted = (values.flatten(1).norm(dim=1) for values in (drawn, weights))
    scaled: torch.Tensor = drawn * (wanted / lengths).view(-1, *(1,) * (weights.ndim - 1))
    return scaled


@torch.no_grad()
def loss_plane(
    net: nn.Module,
    X: torch.Tensor,
    y: torch.Tensor,
    directions: tuple[Sequence[torch.Tensor], Sequence[torch.Tensor]],
    positions: NDArray[np.float64],
) -> NDArray[Any]:
    """Return the loss in the plane through a network that two directions span; the network is left as it was.

    Args:
        net: Network that returns logits; the loss is measured in its mode.
        X: Its inputs, shape (N, ...).
        y: Class numbers, shape (N,).
        directions: Two directions, one tensor per parameter each.
        positions: How far to go along both, as multiples of the directions, shape (n,).

    Returns:
        Losses in nats, shape (n, n): the first index goes along the first direction.
    """
    work = copy.deepcopy(net)
    weights = [*work.parameters()]
    start = [weight.detach().clone() for weight in weights]
    losses = np.empty((len(positions), len(positions)))
    for i, a in enumerate(positions):
        for j, b in enumerate(positions):
            both = [float(a) * one + float(b) * other for one, other in zip(*directions, strict=True)]
            _move(weights, start, both, 1.0)
            losses[i, j] = float(cross_entropy(work(X), y))
    return losses


@torch.no_grad()
def stretch_convolutions(net: nn.Module, factor: float) -> nn.Module:
    """Return a copy of a network in which the weights and biases of all convolutions are multiplied by `factor`."""
    copied: nn.Module = copy.deepcopy(net)
    for module in copied.modules():
        if isinstance(module, nn.Conv2d):
            for parameter in module.parameters():
                parameter.mul_(factor)
    return copied
