"""What the notebooks import: data, models, training, plots, checks and demos. Holds no answers."""

from importlib import import_module
from typing import Any

from course_utils.one_thread import multiply_in_one_thread

multiply_in_one_thread()

# Imported when asked for, so that `import course_utils` costs nothing.
_HOMES = {
    "History": "training",
    "Layer": "models",
    "MLP": "models",
    "NeuralNetwork": "models",
    "SGDOptimizer": "optimizers",
    "check": "checks",
    "check_environment": "environment",
    "get_fmnist_data_loaders": "data",
    "hand_in": "submit",
    "hint": "hints",
    "load_digits_data": "data",
    "load_fashion_mnist": "data",
    "load_mnist": "data",
    "progress": "handin.progress",
    "run_model": "training",
    "run_models": "training",
    "seed_worker": "seeding",
    "set_device": "seeding",
    "set_seed": "seeding",
    "step_size_demo": "widgets",
    "zero_grad": "optimizers",
}

__all__ = [*sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
