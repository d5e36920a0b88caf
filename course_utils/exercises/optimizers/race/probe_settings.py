"""Reading the settings of a race, and trying them on the digits with torch's optimizers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.exercises.optimizers.race.probe_optimizers import make_adam, make_momentum, make_rmsprop, make_sgd
from course_utils.kits.probe import ProbeFailure, as_array
from course_utils.training.digits_race import STEPS, DigitsRun, train_on_digits

__all__ = ["METHODS", "Trial", "as_numbers", "from_numbers", "read_settings", "try_settings"]

Settings = dict[str, dict[str, float]]

# What belongs to the budget, which is the same for all.
BUDGET = ("steps", "epochs", "num_epochs", "batch_size", "seed", "seeds", "hidden")
# A run whose loss rises by this factor above its start has thrown its weights about.
SPIKE = 1.5

# By method: how to make the optimizer, and which shares it keeps of its averages.
METHODS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "SGD": (make_sgd, ()),
    "momentum": (make_momentum, ("mu",)),
    "RMSProp": (make_rmsprop, ("beta",)),
    "Adam": (make_adam, ("beta1", "beta2")),
}
MOST = 3


@dataclass(frozen=True)
class Trial:
    """How the settings of one method did.

    Args:
        accuracy: Median over the seeds of the validation accuracy in the end, 0 to 1; one unlucky seed does not count.
        reached: Whether that is enough.
        unstable: Whether it is not, and shorter steps would have done better.
        heavy_ball: Whether it is not, and the heavy ball would have reached it with this rate: its velocity adds up
            gradients in place of averaging them, so that its steps are 1 / (1 - mu) times as long.
    """

    accuracy: float
    reached: bool
    unstable: bool
    heavy_ball: bool = False


def read_settings(returned: object) -> tuple[Settings, bool]:
    """Return the settings as plain numbers, and whether they also held what belongs to the budget.

    Raises:
        ProbeFailure: They are not a dictionary of dictionaries with hyperparameters that make sense.
        NotImplementedError: It is the value `NotImplemented`.
    """
    if returned is NotImplemented:
        raise NotImplementedError
    if not isinstance(returned, Mapping):
        found = "None. Is there a `return` at the end?" if returned is None else f"a {type(returned).__name__}."
        raise ProbeFailure(f"tuned_settings returned {found} Expected a dictionary with {', '.join(METHODS)}.")
    settings, budget_changed = {}, False
    for name, (_, shares) in METHODS.items():
        if name not in returned:
            found = ", ".join(repr(key) for key in list(returned)[:6]) or "nothing"
            raise ProbeFailure(
                f"tuned_settings has no entry {name!r}; found {found}. Names are spelled as in the text."
            )
        options = returned[name]
        if not isinstance(options, Mapping):
            raise ProbeFailure(f"The settings of {name} are {options!r}; expected a dictionary with its 'lr'.")
        budget_changed |= any(key in BUDGET for key in options)
        own = {key: value for key, value in options.items() if key not in BUDGET}
        settings[name] = {str(key): _number(name, key, value, shares) for key, value in own.items()}
        if "lr" not in settings[name]:
            raise ProbeFailure(f"The settings of {name} have no 'lr'.")
    return settings, budget_changed


def as_numbers(settings: Settings) -> NDArray[np.float64]:
    """Return a row for each method: its learning rate and its shares, NaN for what is not given; shape (methods, 3)."""
    rows = [[settings[name].get(key, np.nan) for key in _keys(name)] for name in METHODS]
    return np.array([[*row, *[np.nan] * MOST][:MOST] for row in rows])


def from_numbers(table: NDArray[Any]) -> Settings:
    """Return the settings that `as_numbers` made a table of.

    Raises:
        ValueError: The table has another shape.
        ProbeFailure: There are hyperparameters that make no sense.
    """
    if table.shape != (len(METHODS), MOST):
        raise ValueError(f"settings of shape {table.shape}")
    rows = {name: zip(_keys(name), row, strict=False) for name, row in zip(METHODS, table.tolist(), strict=True)}
    given = {name: {key: value for key, value in row if not math.isnan(value)} for name, row in rows.items()}
    return read_settings(given)[0]


def _keys(name: str) -> tuple[str, ...]:
    return ("lr", *METHODS[name][1])


def _number(name: str, key: object, value: Any, shares: Sequence[str]) -> float:
    if key != "lr" and key not in shares:
        raise ProbeFailure(f"The settings of {name} hold {key!r}; it takes {', '.join(('lr', *shares))}.")
    number = float(as_array(value, f"{key!r} of {name}", ()))
    if key == "lr" and not 0 < number < math.inf:
        raise ProbeFailure(f"The learning rate of {name} is {number:g}; expected a positive number.")
    if key != "lr" and not 0 <= number < 1:
        raise ProbeFailure(f"{key!r} of {name} is {number:g}; it is a share, from 0 to below 1.")
    return number


def try_settings(name: str, options: Mapping[str, float], seeds: Sequence[int], threshold: float) -> Trial:
    """Train with the settings of one method; where that is not enough, find out in which direction they miss."""
    return _try(name, tuple(sorted(options.items())), tuple(seeds), threshold)


# The same settings are tried again and again: by one student at work on the table, and by many of a class.
@lru_cache(maxsize=1024)
def _try(name: str, options: tuple[tuple[str, float], ...], seeds: tuple[int, ...], threshold: float) -> Trial:
    make = METHODS[name][0]
    given: dict[str, Any] = dict(options)
    runs = train_on_digits(make, seeds, check_every=STEPS, **given)
    accuracy = _median_accuracy(runs)
    if accuracy >= threshold:
        return Trial(accuracy, reached=True, unstable=False)
    shorter = train_on_digits(make, seeds, check_every=STEPS, **{**given, "lr": given["lr"] / 3})
    if _spiked(runs) or _median_accuracy(shorter) > accuracy:
        return Trial(accuracy, reached=False, unstable=True)
    summed = name == "momentum" and _reaches_as_heavy_ball(given, seeds, threshold)
    return Trial(accuracy, reached=False, unstable=False, heavy_ball=summed)


def _reaches_as_heavy_ball(given: Mapping[str, Any], seeds: Sequence[int], threshold: float) -> bool:
    mu = given.get("mu", 0.9)
    longer = train_on_digits(make_momentum, seeds, check_every=STEPS, **{**given, "lr": given["lr"] / (1 - mu)})
    return mu > 0 and _median_accuracy(longer) >= threshold


def _median_accuracy(runs: Sequence[DigitsRun]) -> float:
    return float(np.median([run.valid_accuracy[-1] for run in runs]))


def _spiked(runs: Sequence[DigitsRun]) -> bool:
    losses = np.array([run.losses for run in runs])
    return not np.isfinite(losses).all() or bool(losses.max() > SPIKE * losses[:, 0].max())
