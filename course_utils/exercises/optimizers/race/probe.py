"""How `tuned_settings()` and `race_table(train, settings, seeds)` are exercised.

The settings are tried in the loop of the course with torch's own optimizers, so that a mistake in another exercise does
not count again. They come back as numbers, and whoever judges trains with them: settings that are good are good for all
inputs, so whoever can say them has done this part. The table is made from runs that are given, not trained.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.exercises.optimizers.race.probe_settings import (
    METHODS,
    as_numbers,
    from_numbers,
    read_settings,
    try_settings,
)
from course_utils.kits.calls import call
from course_utils.kits.probe import Inputs, Outputs, Part, Probe, ProbeFailure, as_array, raw_array

__all__ = ["ENTRANTS", "PROBE"]

TABLE = "race_table(train, settings, seeds)"
# Methods and settings that no solution can know by heart.
ENTRANTS = {"first": {"lr": 0.11}, "second": {"lr": 0.07, "mu": 0.6}, "third": {"lr": 0.02, "beta": 0.7}}


def _settings(tuned_settings: object, inputs: Inputs) -> Outputs:
    """Return the settings as numbers, and whether they also held what belongs to the budget."""
    settings, budget_changed = read_settings(call(tuned_settings, "tuned_settings()"))
    return {"settings": as_numbers(settings), "budget_changed": np.array(float(budget_changed))}


def _trials(raw: Outputs, inputs: Inputs) -> Outputs:
    """Train with the settings, several seeds each; at most three runs of the budget for each method and seed.

    Inputs: `seeds` (n,), `threshold` (median validation accuracy to be reached, 0 to 1). Outputs, one entry per method:
    `points_short` of the threshold, in percentage points; `reached`; `unstable`, for those that did not reach it; and
    flags: `heavy_ball`, for a momentum that is too slow only as an average, and three on what was asked for.
    """
    settings = from_numbers(raw["settings"])
    seeds, threshold = [int(seed) for seed in inputs["seeds"]], float(inputs["threshold"])
    trials = [try_settings(name, settings[name], seeds, threshold) for name in METHODS]
    short = np.array([max(0.0, 100 * (threshold - trial.accuracy)) for trial in trials])
    rates = {options["lr"] for options in settings.values()}
    return {
        "points_short": short,
        "reached": np.array([float(trial.reached) for trial in trials]),
        "unstable": np.array([float(trial.unstable) for trial in trials]),
        "heavy_ball": np.array(float(any(trial.heavy_ball for trial in trials))),
        "one_rate_for_all": np.array(float(len(rates) == 1 and bool(short.any()))),
        "momentum_off": np.array(float(settings["momentum"].get("mu") == 0)),
        "budget_changed": raw_array(raw, "budget_changed", ()),
    }


class Trainer:
    """The `train` that a student's `race_table` gets: it looks results up, and keeps a record of what was asked for."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._seeds = [int(seed) for seed in inputs["table_seeds"]]
        self.asked = np.zeros((len(ENTRANTS), len(self._seeds)))
        self.options_right = True

    def __call__(self, name: str, options: Mapping[str, float], seed: int) -> SimpleNamespace:
        """Return a run: accuracies on validation and test images in the course of it."""
        if name not in ENTRANTS:
            raise ProbeFailure(f"race_table called train with the method {name!r}, which is not in the settings.")
        row, known = list(ENTRANTS).index(name), int(seed) in self._seeds
        column = self._seeds.index(int(seed)) if known else int(seed) % len(self._seeds)
        own = dict(options) == ENTRANTS[name]
        self.options_right &= own
        if known:
            self.asked[row, column] = 1.0
        kind = "runs" if own and known else "other_seeds" if own else "other_options"
        valid, test = (self._inputs[f"{kind}_{split}"][row, column] for split in ("valid", "test"))
        return SimpleNamespace(valid_accuracy=tuple(valid.tolist()), test_accuracy=tuple(test.tolist()))


def _table(race_table: object, inputs: Inputs) -> Outputs:
    """Outputs: `table` (methods, 3), `seeds_used` (methods, seeds) and `options_right`, as flags."""
    train = Trainer(inputs)
    settings = {name: dict(options) for name, options in ENTRANTS.items()}
    seeds = [int(seed) for seed in inputs["table_seeds"]]
    returned = call(race_table, TABLE, train, settings, seeds)
    return {
        "table": np.stack([_row(returned, name) for name in ENTRANTS]),
        "seeds_used": train.asked,
        "options_right": np.array(float(train.options_right)),
    }


def _row(returned: Any, name: str) -> NDArray[Any]:
    if not isinstance(returned, Mapping):
        found = "None. Is there a `return` at the end?" if returned is None else f"a {type(returned).__name__}."
        raise ProbeFailure(f"race_table returned {found} Expected a dictionary with a row for each method.")
    if name not in returned:
        listed = ", ".join(map(repr, list(returned)[:5])) or "nothing"
        raise ProbeFailure(f"The table has no row {name!r}, a method of the settings that were passed; found {listed}.")
    return as_array(returned[name], f"the row of {name!r}: mean, lowest, highest", (3,))


PROBE = Probe(
    "race",
    ("tuned_settings", "race_table"),
    (
        Part("tuned_settings", ("tuned_settings",), _settings, summarise=_trials),
        Part("race_table", ("race_table",), _table),
    ),
)
