"""A network whose width can be chosen, with the names of its three kinds of layers."""

from __future__ import annotations

import torch
from torch import nn

__all__ = ["WideNetwork"]


class WideNetwork(nn.Module):
    """A fully connected network with ReLU: `input`, a list `hidden` of square layers, and `output`.

    Args:
        in_features: Values of an example.
        width: Units of every hidden layer.
        out_features: Number of logits.
        hidden_layers: Number of layers from width to width.
        multiplier: Factor of the logits.
    """

    def __init__(
        self, in_features: int, width: int, out_features: int, hidden_layers: int = 2, multiplier: float = 1.0
    ) -> None:
        super().__init__()
        self.input = nn.Linear(in_features, width)
        self.hidden = nn.ModuleList(nn.Linear(width, width) for _ in range(hidden_layers))
        self.output = nn.Linear(width, out_features)
        self.multiplier = multiplier

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (N, ...), flattened to (N, in_features), to logits (N, out_features)."""
        x = torch.relu(self.input(x.flatten(1)))
        for layer in self.hidden:
            x = torch.relu(layer(x))
        logits: torch.Tensor = self.multiplier * self.output(x)
        return logits
