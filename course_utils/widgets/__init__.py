"""Demos: for each a pure simulation, a picture, a verdict in words, and a thin shell of widgets."""

from importlib import import_module
from typing import Any

# Imported when asked for: a notebook that shows one demo does not pay for the others.
_HOMES = {
    "adam_start_demo": "adam_start",
    "depth_signal_demo": "depth_signal",
    "momentum_demo": "momentum_map",
    "norm_cube_demo": "norm_cube",
    "race": "optimizer_race",
    "race_demo": "optimizer_race",
    "schedules_demo": "schedules",
    "step_size_demo": "step_size",
}

__all__ = [*sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
