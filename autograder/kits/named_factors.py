"""Constants that explain why a step is too long or too short, by name."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["named_factors"]


def named_factors(hyperparameters: Mapping[str, float]) -> dict[str, float]:
    """Return the factors that hyperparameters lead to where they are forgotten, doubled or swapped."""
    named = {"-1: the sign": -1.0, "2": 2.0, "1/2": 0.5}
    for key, value in hyperparameters.items():
        named |= {key: value, f"-{key}": -value, f"1/{key}": 1 / value}
        if value < 1 and key != "lr":
            named |= {f"1 - {key}": 1 - value, f"1/(1 - {key})": 1 / (1 - value)}
    return named
