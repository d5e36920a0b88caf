"""Demos: for each a pure simulation, a picture, a verdict in words, and a thin shell of widgets."""

from importlib import import_module
from typing import Any

# Imported when asked for: a notebook that shows one demo does not pay for the others.
_HOMES = {
    "adam_start_demo": "adam_start",
    "batch_sizes_demo": "batch_sizes",
    "depth_signal_demo": "depth_signal",
    "edge_demo": "edge_of_stability",
    "minibatch_demo": "minibatch_noise",
    "momentum_demo": "momentum_map",
    "muon_demo": "singular_values",
    "norm_cube_demo": "norm_cube",
    "race": "optimizer_race",
    "race_demo": "optimizer_race",
    "restarts_demo": "restarts",
    "schedules_demo": "schedules",
    "slice_descent_demo": "slice_descent",
    "smoothness_demo": "smoothness",
    "step_size_demo": "step_size",
    "training_race": "digit_race",
    "training_race_demo": "digit_race",
    "update_cost_demo": "update_cost",
    "which_bug_demo": "which_bug",
    "widths_demo": "widths",
}

__all__ = [*sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
