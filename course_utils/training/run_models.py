"""`run_models`: the same run for several seeds, and several optimizers, together where that gives the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from torch import nn

from course_utils.data import load_fashion_mnist
from course_utils.models import Layer
from course_utils.optimizers import SGDOptimizer
from course_utils.training.display import followed
from course_utils.training.history import History
from course_utils.training.run_model import run_model
from course_utils.training.setup import Data, prepare, refuse
from course_utils.training.shared_passes import train_together

__all__ = ["run_models"]

# Recording a pass takes seconds; from about this many updates, counted in tensors, it saves more than that.
WORTH_RECORDING = 20_000


def run_models(
    optimizer: Callable[..., Any] | Sequence[Callable[..., Any]] = SGDOptimizer,
    layer_type: Callable[[int, int], nn.Module] = Layer,
    number_of_hidden_layers: int = 2,
    neurons_per_hidden_layer: int = 20,
    learning_rate: float = 0.001,
    *,
    seeds: Iterable[int] = (0, 1, 2),
    epochs: int = 10,
    batch_size: int = 256,
    device: str = "cpu",
    data: Data | None = None,
    label: str | None = None,
    progress: bool | None = False,
    together: bool | None = None,
) -> Any:
    """Do what `run_model` does once per seed, on the same data.

    All runs can share one pass per step. Whether that gives what single runs give is tried out first, on the first
    batches in float64; an optimizer that looks at more than one number at a time, or a layer that draws random
    numbers, is then run alone, seed after seed.

    Args:
        optimizer: As for `run_model`; several of them are compared on the same seeds.
        layer_type: As for `run_model`.
        number_of_hidden_layers: As for `run_model`.
        neurons_per_hidden_layer: As for `run_model`.
        learning_rate: As for `run_model`.
        seeds: One run each.
        epochs: As for `run_model`.
        batch_size: As for `run_model`.
        device: As for `run_model`.
        data: As for `run_model`.
        label: As for `run_model`.
        progress: As for `run_model`, for runs that are run alone.
        together: True shares the passes where that is possible, False never does; None does where it saves time.

    Returns:
        One `History` per seed, in their order; for several optimizers one such list each. A setting `together` says
        how many runs shared their passes. After an interrupt, runs that were not begun are missing at the end.

    Raises:
        ValueError: As for `run_model`; or there is no seed, or no optimizer.
    """
    refuse(number_of_hidden_layers, neurons_per_hidden_layer, learning_rate, epochs, device)
    optimizers = [optimizer] if callable(optimizer) else list(optimizer)
    chosen = list(seeds)
    if not chosen or not optimizers:
        raise ValueError("run_models needs at least one seed and one optimizer")
    data = data or (load_fashion_mnist(train=True), load_fashion_mnist(train=False))
    shape = (layer_type, number_of_hidden_layers, neurons_per_hidden_layer, learning_rate)
    common: dict[str, Any] = {"epochs": epochs, "batch_size": batch_size, "device": device}
    common |= {"data": data, "label": label}
    runs: list[History] | None = None
    if _wanted(together, len(chosen) * len(optimizers), number_of_hidden_layers, epochs, batch_size, data):
        hidden = [neurons_per_hidden_layer] * number_of_hidden_layers
        setups = [
            prepare(one, layer_type, hidden, learning_rate, seed=seed, **common)
            for one in optimizers
            for seed in chosen
        ]
        runs = train_together(setups, data, epochs=epochs, batch_size=batch_size, device=device)
    if runs is None:
        runs = _one_by_one([(one, seed) for one in optimizers for seed in chosen], shape, progress, common)
    grouped = [runs[start : start + len(chosen)] for start in range(0, len(runs), len(chosen))]
    return grouped[0] if callable(optimizer) else grouped


def _one_by_one(
    pairs: list[tuple[Callable[..., Any], Any]], shape: Sequence[Any], progress: bool | None, common: dict[str, Any]
) -> list[History]:
    """Do the runs one after the other; an interrupt ends the present one and all that would follow."""
    runs: list[History] = []
    for optimizer, seed in followed(pairs) if progress is False else pairs:
        runs.append(run_model(optimizer, *shape, seed=seed, progress=progress, **common))
        if runs[-1].interrupted:
            left = len(pairs) - len(runs)
            print(
                f"{len(runs) - 1} of {len(pairs)} runs are complete; {left} {'was' if left == 1 else 'were'} not begun."
            )
            break
    return runs


def _wanted(together: bool | None, runs: int, layers: int, epochs: int, batch_size: int, data: Data) -> bool:
    if together is not None or runs == 1:
        return bool(together)
    steps = epochs * (len(data[0]) // (batch_size or len(data[0])))
    return steps * 2 * (layers + 1) >= WORTH_RECORDING
