"""How `optimize_f` is driven: a few runs from given starts, with the histories that it returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.kits.probe import Inputs, Outputs, as_array
from course_utils.kits.unpack import unpack

__all__ = ["descent_runs"]

NAMES = ("x", "y", "value", "x_hist", "y_hist")


def descent_runs(optimize_f: Callable[..., Any], inputs: Inputs) -> Outputs:
    """Run `optimize_f(x, y, step_size, steps[, decay])` once per row of `starts`.

    Inputs: `starts` (runs, 2), `step_sizes` and `steps` (runs,), and `decays` where the exercise has them; a decay of
    NaN stands for the default. Outputs, for run 1, 2, ...: `end_1` is x, y and the value; `x_hist_1` and `y_hist_1`
    are cut or filled up with zeros to steps + 1 entries, not with NaN, which would look like one of the student's;
    `entries` holds how many there were, (runs, 2).
    """
    decays = inputs.get("decays", np.full(len(inputs["steps"]), np.nan))
    rows = zip(inputs["starts"], inputs["step_sizes"], inputs["steps"], decays, strict=True)
    outputs: Outputs = {}
    entries = []
    for run, ((x, y), step_size, steps, decay) in enumerate(rows, start=1):
        extra = () if np.isnan(decay) else (float(decay),)
        returned = optimize_f(float(x), float(y), float(step_size), int(steps), *extra)
        values = dict(zip(NAMES, unpack(returned, "optimize_f", NAMES), strict=True))
        outputs[f"end_{run}"] = np.stack([as_array(values[name], name, ()) for name in NAMES[:3]])
        histories = [as_array(values[name], name).ravel() for name in NAMES[3:]]
        for name, history in zip(NAMES[3:], histories, strict=True):
            outputs[f"{name}_{run}"] = _fit(history, int(steps) + 1)
        entries.append([len(history) for history in histories])
    return {**outputs, "entries": np.array(entries, dtype=np.float64)}


def _fit(history: NDArray[Any], length: int) -> NDArray[Any]:
    filled = np.zeros(length)
    filled[: min(length, len(history))] = history[:length]
    return filled
