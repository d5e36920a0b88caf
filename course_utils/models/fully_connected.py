"""Fully connected networks. A layer class can be exchanged; everything else stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import nn

__all__ = ["MLP", "Layer", "NeuralNetwork"]


class Layer(nn.Module):
    """A linear map followed by ReLU.

    Args:
        in_features: Size of the input's last axis.
        out_features: Size of the output's last axis.
    """

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(in_features, out_features)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (N, in_features) to (N, out_features)."""
        return torch.relu(self.linear(x))


class NeuralNetwork(nn.Module):
    """Flatten, hidden layers, and a linear output: logits.

    A hidden layer whose input and output have the same size is made by `layer_class(size, size)`; the others, and
    so always the first one, are a plain `Layer`. A network with 20 hidden layers of 20 neurons thus has 19 layers of
    the chosen class.

    Args:
        layer_sizes: Sizes from the input to the output, as in [784, 20, 20, 10]; at least two.
        layer_class: Class of the hidden layers of equal sizes.

    Raises:
        ValueError: Fewer than two sizes.
    """

    def __init__(self, layer_sizes: Sequence[int], layer_class: Callable[[int, int], nn.Module] = Layer) -> None:
        super().__init__()
        if len(layer_sizes) < 2:
            raise ValueError(f"layer_sizes needs an input and an output size, found {list(layer_sizes)}")
        *hidden_sizes, last, classes = layer_sizes
        sizes = [*hidden_sizes, last]
        hidden = [
            layer_class(before, after) if before == after else Layer(before, after) for before, after in pairwise(sizes)
        ]
        self.layers = nn.Sequential(nn.Flatten(), *hidden, nn.Linear(last, classes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map images (N, ...) to logits (N, classes)."""
        logits: torch.Tensor = self.layers(x)
        return logits


class MLP(nn.Module):
    """A multilayer perceptron that returns log-probabilities, for `nn.NLLLoss`.

    Args:
        in_dim: Number of input values per example.
        out_dim: Number of classes.
        hidden_dims: Sizes of the hidden layers; none makes a linear model.
        use_bias: Whether the linear maps have biases.
    """

    def __init__(
        self, in_dim: int = 784, out_dim: int = 10, hidden_dims: Sequence[int] = (), use_bias: bool = True
    ) -> None:
        super().__init__()
        sizes = [in_dim, *hidden_dims]
        parts: list[nn.Module] = []
        for before, after in pairwise(sizes):
            parts += [nn.Linear(before, after, bias=use_bias), nn.ReLU()]
        self.main = nn.Sequential(*parts, nn.Linear(sizes[-1], out_dim, bias=use_bias))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (N, ...) to log-probabilities (N, out_dim); they are at most 0, their exponentials add up to 1."""
        return torch.log_softmax(self.main(x.flatten(1)), dim=1)
