"""`run_model`: build a network, train it on Fashion-MNIST, and return what happened."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

from course_utils.data import ImageDataset, ResidentLoader, load_fashion_mnist
from course_utils.models import Layer, NeuralNetwork
from course_utils.optimizers import SGDOptimizer
from course_utils.seeding import set_seed
from course_utils.training.display import make_display
from course_utils.training.history import History
from course_utils.training.loop import fit

__all__ = ["Data", "run_model", "run_models"]

Data = tuple[ImageDataset, ImageDataset]


def run_model(
    optimizer: Callable[..., Any] = SGDOptimizer,
    layer_type: Callable[[int, int], nn.Module] = Layer,
    number_of_hidden_layers: int = 2,
    neurons_per_hidden_layer: int = 20,
    learning_rate: float = 0.001,
    *,
    epochs: int = 10,
    batch_size: int = 256,
    seed: int | None = None,
    device: str = "cpu",
    data: Data | None = None,
    label: str | None = None,
    progress: bool | None = None,
) -> History:
    """Train a fully connected network and measure it on the test split after each epoch.

    Args:
        optimizer: Called as `optimizer(model.parameters(), lr=learning_rate)`; needs a `step()`.
        layer_type: Called as `layer_type(n, n)` for every hidden layer but the first.
        number_of_hidden_layers: At least 1.
        neurons_per_hidden_layer: Size of each hidden layer.
        learning_rate: A positive number.
        epochs: Number of passes over the training images.
        batch_size: Training images per update; 0 means all of them.
        seed: Seeds the initial weights and the order of the images; None leaves the generators as they are.
        device: "cpu", "cuda" or "cuda:0".
        data: Training and test images; Fashion-MNIST by default, from the first source that has it.
        label: Name of the run in legends; the name of the optimizer by default.
        progress: False shows nothing; by default bars and a live graph in a notebook, else one line per epoch.

    Returns:
        The losses and accuracies, and the trained network. An interrupt returns what was done until then.

    Raises:
        ValueError: A number makes no sense, or the device is not there. Nothing has been trained then.
    """
    _refuse(number_of_hidden_layers, neurons_per_hidden_layer, learning_rate, epochs, device)
    train_set, valid_set = data or (load_fashion_mnist(train=True), load_fashion_mnist(train=False))
    if seed is not None:
        set_seed(seed)
    train = ResidentLoader(train_set, batch_size, device=device)
    valid = ResidentLoader(valid_set, 0, shuffle=False, device=device)
    hidden = [neurons_per_hidden_layer] * number_of_hidden_layers
    pixels = train_set.data[0].numel()
    model = NeuralNetwork([pixels, *hidden, len(train_set.classes)], layer_type).to(device)
    stepper = optimizer(model.parameters(), lr=learning_rate)
    outcome = fit(model, stepper, train, valid, epochs, make_display(progress))
    name = getattr(optimizer, "__name__", str(optimizer))
    settings = {
        "optimizer": name,
        "layer_type": getattr(layer_type, "__name__", str(layer_type)),
        "hidden": hidden,
        "learning_rate": learning_rate,
        "epochs": epochs,
        "batch_size": train.batch_size,
        "seed": seed,
        "device": device,
        "data": f"{len(train_set):,} training and {len(valid_set):,} test images from {train_set.source}",
    }
    return History(label=label or name, settings=settings, model=model, **outcome)


def run_models(
    optimizer: Callable[..., Any] = SGDOptimizer, *, seeds: Iterable[int] = (0, 1, 2), **options: Any
) -> list[History]:
    """Run `run_model` once per seed, silently, on the same data; return the histories in the order of the seeds.

    Args:
        optimizer: As for `run_model`.
        seeds: One run each.
        options: Everything else that `run_model` takes.
    """
    if options.get("data") is None:
        options["data"] = (load_fashion_mnist(train=True), load_fashion_mnist(train=False))
    options.setdefault("progress", False)
    return [run_model(optimizer, seed=seed, **options) for seed in seeds]


def _refuse(layers: int, neurons: int, learning_rate: float, epochs: int, device: str) -> None:
    for name, value in (("number_of_hidden_layers", layers), ("neurons_per_hidden_layer", neurons), ("epochs", epochs)):
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} must be a whole number of at least 1, found {value!r}")
    if not math.isfinite(learning_rate) or learning_rate <= 0:
        raise ValueError(f"learning_rate must be a positive number, found {learning_rate!r}")
    if torch.device(device).type == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"there is no device {device!r} here; use device='cpu'")
