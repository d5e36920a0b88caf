"""How `tuned_settings()` is exercised: 64-32-1 is trained with these settings, from seeds that the inputs name.

The settings come back as numbers, and whoever judges trains with them. Good settings are good for all inputs, so
whoever can say them has done the exercise, however the answer was sent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from course_utils.exercises.training_loop.tuning.probe_digits import Run, accuracies
from course_utils.kits.comparing import every, flag
from course_utils.kits.probe import Inputs, Outputs, Probe, ProbeFailure, as_array, raw_array

__all__ = ["BUDGET_EPOCHS", "GOAL", "PROBE", "SMALLEST_BATCH"]

BUDGET_EPOCHS, SMALLEST_BATCH, LARGEST_BATCH, GOAL = 30, 16, 898, 0.95
OTHER_RATES, CLEARLY = (0.01, 0.1, 1.0), 0.02
KEYS = ("epochs", "learning_rate", "batch_size")


def _run(tuned_settings: Callable[[], Any], inputs: Inputs) -> Outputs:
    """Return the settings as numbers, in the order of KEYS."""
    settings = tuned_settings()
    if settings is None:
        raise ProbeFailure("tuned_settings returned None. Is there a `return` at the end?")
    if not isinstance(settings, Mapping) or set(settings) != set(KEYS):
        found = sorted(map(str, settings)) if isinstance(settings, Mapping) else f"a {type(settings).__name__}"
        raise ProbeFailure(f"tuned_settings should return a dict with the keys {', '.join(KEYS)}; found {found}.")
    return {"settings": np.array([_number(settings[key], key) for key in KEYS])}


def _statements(raw: Outputs, inputs: Inputs) -> Outputs:
    """Train with the settings and return statements; what cannot be seen because of something else counts as all right.

    Settings that miss the goal are tried again with a few other learning rates. What is outside the budget is not
    trained, so this takes no longer than four runs of the whole budget.
    """
    settings = _read(raw_array(raw, "settings", (len(KEYS),)).tolist())
    allowed = {
        "epochs_in_budget": settings.epochs <= BUDGET_EPOCHS,
        "batch_in_budget": settings.batch_size >= SMALLEST_BATCH,
        "rate_positive": settings.learning_rate > 0,
    }
    share = _mean_accuracy(settings, inputs) if every(allowed.values()) else GOAL
    better = settings.learning_rate if share >= GOAL else _better_rate(settings, share, inputs)
    return {
        **{name: flag(holds) for name, holds in allowed.items()},
        "validation_reached": flag(share >= GOAL),
        "smaller_is_no_better": flag(better >= settings.learning_rate),
        "larger_is_no_better": flag(better <= settings.learning_rate),
    }


def _better_rate(settings: Run, share: float, inputs: Inputs) -> float:
    """Return the best of the other rates if it is clearly better, else the rate of the settings."""
    others = {rate: _mean_accuracy(settings.at(rate), inputs) for rate in OTHER_RATES}
    best = max(others, key=others.__getitem__)
    return best if others[best] > share + CLEARLY else settings.learning_rate


def _mean_accuracy(settings: Run, inputs: Inputs) -> float:
    found = accuracies(settings, split_seed=int(inputs["split_seed"]), seeds=inputs["seeds"].tolist())
    return float(found.mean())


def _read(numbers: list[float]) -> Run:
    """Return the settings.

    Raises:
        ProbeFailure: They are no settings of a run on these data.
    """
    epochs, rate, batch_size = (_number(value, key) for value, key in zip(numbers, KEYS, strict=True))
    for key, value in (("epochs", epochs), ("batch_size", batch_size)):
        if value != int(value) or value < 1:
            raise ProbeFailure(f"{key} should be a whole number of at least 1; found {value:g}.")
    if batch_size > LARGEST_BATCH:
        raise ProbeFailure(f"batch_size should be at most {LARGEST_BATCH}, the size of the training part.")
    return Run(int(epochs), rate, int(batch_size))


def _number(value: Any, key: str) -> float:
    number = float(as_array(value, key, ()))
    if not math.isfinite(number):
        raise ProbeFailure(f"{key} should be a finite number; found {value!r}.")
    return number


PROBE = Probe.single("tuning", "tuned_settings", _run, _statements)
