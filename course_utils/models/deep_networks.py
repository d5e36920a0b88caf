"""Layers for networks of 20 hidden layers, made from a student's own normalizations, and what flows through them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from course_utils.models.fully_connected import Layer, NeuralNetwork

__all__ = ["DepthSignal", "NormalizedLayer", "deep_layer_types", "observe_signal"]

LayerClass = Callable[[int, int], nn.Module]


class NormalizedLayer(nn.Module):
    """A linear map, a normalization, ReLU.

    Args:
        in_features: Size of the input's last axis.
        out_features: Size of the output's last axis.
        norm: Maps (N, out_features) to the same shape.
    """

    def __init__(self, in_features: int, out_features: int, norm: nn.Module) -> None:
        super().__init__()
        self.linear = nn.Linear(in_features, out_features)
        self.norm = norm

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (N, in_features) to (N, out_features)."""
        return torch.relu(self.norm(self.linear(x)))


def deep_layer_types(
    *,
    layer_norm: Callable[[], nn.Module],
    batch_norm: Callable[[int], nn.Module],
    residual: Callable[[int, int], nn.Module],
) -> dict[str, LayerClass]:
    """Return the five kinds of hidden layer that are compared, by name; each is called as `layer_class(n, n)`.

    The normalizations stand between the linear map and ReLU. In the last kind the layer normalization follows the sum
    of the residual layer, as in the first Transformer (Vaswani et al. 2017).

    Args:
        layer_norm: Class of a layer normalization without arguments.
        batch_norm: Class of a batch normalization, called with the number of features.
        residual: Class of a residual layer, called with the size of input and output.
    """
    return {
        "plain": Layer,
        "layer norm": lambda before, after: NormalizedLayer(before, after, layer_norm()),
        "batch norm": lambda before, after: NormalizedLayer(before, after, batch_norm(after)),
        "residual": residual,
        "residual + layer norm": lambda before, after: nn.Sequential(residual(before, after), layer_norm()),
    }


@dataclass(frozen=True)
class DepthSignal:
    """What flows through the hidden layers of a network, from the first to the last.

    Args:
        activation_variance: Variance of a unit's output between the examples, averaged over the units of the layer.
        gradient_variance: Variance of the derivatives of an example's own loss with respect to the layer's outputs
            (nats squared per unit squared), over all examples and units.
    """

    activation_variance: tuple[float, ...]
    gradient_variance: tuple[float, ...]


def observe_signal(model: NeuralNetwork, inputs: torch.Tensor, labels: torch.Tensor) -> DepthSignal:
    """Send one batch through a copy of the network in training mode, forward and back, and look at every hidden layer.

    The network itself is not touched: neither its gradients nor its running statistics.

    Args:
        model: The network.
        inputs: Images, shape (N, ...), at least two.
        labels: Class numbers, int64 (N,).

    Raises:
        ValueError: Fewer than two images, so that nothing varies.
        RuntimeError: The network cannot be copied, since a running statistic is attached to the graph.
    """
    if len(inputs) < 2:
        raise ValueError(f"a variance between examples needs at least two, found {len(inputs)}")
    # In float64: where a signal vanishes, its differences are below the resolution of float32.
    outputs = _hidden_outputs(_copy(model).double().train(), inputs.double())
    losses = nn.functional.cross_entropy(outputs.pop(), labels, reduction="sum")
    gradients = torch.autograd.grad(losses, outputs)
    return DepthSignal(
        tuple(float(out.detach().var(dim=0, correction=0).mean()) for out in outputs),
        tuple(float(gradient.var(correction=0)) for gradient in gradients),
    )


def _hidden_outputs(model: NeuralNetwork, inputs: torch.Tensor) -> list[torch.Tensor]:
    """Return the outputs of all hidden layers, and the logits last."""
    flatten, *layers = model.layers
    outputs = [flatten(inputs)]
    for layer in layers:
        outputs.append(layer(outputs[-1]))
    return outputs[1:]


def _copy(model: NeuralNetwork) -> NeuralNetwork:
    try:
        return copy.deepcopy(model)
    except RuntimeError as error:
        raise RuntimeError(
            "This network cannot be copied: a tensor that it keeps has a history of operations. "
            "A running statistic must be computed without gradients, or be detached."
        ) from error
