"""What a run starts from: a network and an order of the images, both from one seed, and a description."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from course_utils.data import ImageDataset
from course_utils.models import NeuralNetwork
from course_utils.seeding import set_seed

__all__ = ["Data", "Setup", "prepare", "refuse"]

Data = tuple[ImageDataset, ImageDataset]


@dataclass(frozen=True)
class Setup:
    """A run before its first step.

    Args:
        optimizer: Called as `optimizer(parameters, lr=learning_rate)`.
        learning_rate: A positive number.
        model: The network, on its device.
        random_state: State of torch's generator on the CPU after the network was made; orders are drawn from there.
        settings: How it is run, for the `History`.
        label: Name of the run in legends.
    """

    optimizer: Callable[..., Any]
    learning_rate: float
    model: nn.Module
    random_state: torch.Tensor
    settings: Mapping[str, Any]
    label: str


def prepare(
    optimizer: Callable[..., Any],
    layer_type: Callable[[int, int], nn.Module],
    hidden: list[int],
    learning_rate: float,
    *,
    seed: int | None,
    device: str,
    data: Data,
    label: str | None,
    epochs: int,
    batch_size: int,
) -> Setup:
    """Seed, and make the network; arguments as for `run_model`, sizes of the hidden layers as a list.

    Raises:
        ValueError: Training and test images have different sizes.
    """
    train, valid = data
    if train.data.shape[1:] != valid.data.shape[1:]:
        sizes = [" x ".join(map(str, part.data.shape[1:])) for part in data]
        raise ValueError(f"training and test images must have one size, found {sizes[0]} and {sizes[1]}")
    if seed is not None:
        set_seed(seed)
    model = NeuralNetwork([train.data[0].numel(), *hidden, len(train.classes)], layer_type).to(device)
    name = getattr(optimizer, "__name__", str(optimizer))
    settings = {
        "optimizer": name,
        "layer_type": getattr(layer_type, "__name__", str(layer_type)),
        "hidden": hidden,
        "learning_rate": learning_rate,
        "epochs": epochs,
        "batch_size": batch_size or len(train),
        "seed": seed,
        "device": device,
        "data": f"{len(train):,} training and {len(valid):,} test images from {train.source}",
    }
    return Setup(optimizer, learning_rate, model, torch.get_rng_state(), settings, label or name)


def refuse(layers: int, neurons: int, learning_rate: float, epochs: int, device: str) -> None:
    """Refuse numbers that make no sense, before anything is loaded or trained.

    Raises:
        ValueError: One of them does, or the device is not there.
    """
    for name, value in (("number_of_hidden_layers", layers), ("neurons_per_hidden_layer", neurons), ("epochs", epochs)):
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} must be a whole number of at least 1, found {value!r}")
    if not math.isfinite(learning_rate) or learning_rate <= 0:
        raise ValueError(f"learning_rate must be a positive number, found {learning_rate!r}")
    if torch.device(device).type == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"there is no device {device!r} here; use device='cpu'")
