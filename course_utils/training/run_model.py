"""`run_model`: build a network, train it on Fashion-MNIST, and return what happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

from course_utils.data import ResidentLoader, load_fashion_mnist
from course_utils.models import Layer
from course_utils.optimizers import SGDOptimizer
from course_utils.training.display import make_display
from course_utils.training.flat_step import fitting_stepper
from course_utils.training.history import History
from course_utils.training.loop import fit
from course_utils.training.setup import Data, prepare, refuse
from course_utils.training.threads import fitting_threads

__all__ = ["run_model"]


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
    refuse(number_of_hidden_layers, neurons_per_hidden_layer, learning_rate, epochs, device)
    data = data or (load_fashion_mnist(train=True), load_fashion_mnist(train=False))
    train = ResidentLoader(data[0], batch_size, device=device)
    valid = ResidentLoader(data[1], 0, shuffle=False, device=device)
    setup = prepare(
        optimizer,
        layer_type,
        [neurons_per_hidden_layer] * number_of_hidden_layers,
        learning_rate,
        seed=seed,
        device=device,
        data=data,
        label=label,
        epochs=epochs,
        batch_size=batch_size,
    )
    with fitting_threads(setup.model), fitting_stepper(optimizer, setup.model, learning_rate) as stepper:
        outcome = fit(setup.model, stepper, train, valid, epochs, make_display(progress, setup.label))
    return History(label=setup.label, settings=setup.settings, model=setup.model, **outcome)
