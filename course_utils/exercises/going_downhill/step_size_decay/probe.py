"""How `optimize_f(x, y, step_size, steps, decay=1.0)` and `decay_settings()` are exercised.

The settings come back as numbers, and whoever judges walks with them, so that a mistake in `optimize_f` does not count
again. Good settings are good for everybody, so whoever can say them has done this part.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from course_utils.kits.calls import call
from course_utils.kits.comparing import every, flag
from course_utils.kits.descent_runs import descent_runs
from course_utils.kits.probe import Inputs, Outputs, Part, Probe, ProbeFailure, as_array, raw_array
from course_utils.kits.unpack import unpack

__all__ = ["GOAL", "MOST_STEPS", "PROBE", "START"]

NAMES = ("step_size", "steps", "decay")
START, GOAL, MOST_STEPS = (3.0, 2.0), -2.0, 100
# At the global minimum of f a constant step size is stable below 2 over the largest curvature.
STABLE = 0.1811
STEEP, NO_WAY_LEFT = 0.1, 0.05
OUTCOMES = ("reached", "not_frozen", "not_in_another_valley", "beyond_constant_steps")


def _settings(decay_settings: object, inputs: Inputs) -> Outputs:
    """Return the settings as numbers, in the order of NAMES."""
    values = unpack(call(decay_settings, "decay_settings()"), "decay_settings", NAMES)
    settings = np.stack([as_array(value, name, ()) for value, name in zip(values, NAMES, strict=True)])
    return {"settings": _readable(settings)}


def _readable(settings: NDArray[np.float64]) -> NDArray[np.float64]:
    if not np.isfinite(settings).all():
        raise ProbeFailure("decay_settings should return finite numbers: step_size, steps and decay.")
    if settings[1] != int(settings[1]) or settings[1] < 1:
        raise ProbeFailure(f"steps should be a whole number of at least 1; found {settings[1]:g}.")
    return settings


def _statements(raw: Outputs, inputs: Inputs) -> Outputs:
    """Walk with the settings and say what came of it; what was not walked counts as all right.

    `beyond_constant_steps` is false where the same step size arrives as well without decay. Step sizes that are not
    stable at the minimum may pass below the goal by luck, which is not held against them.
    """
    step_size, steps, decay = _readable(raw_array(raw, "settings", (3,))).tolist()
    allowed = {
        "step_size_positive": step_size > 0,
        "steps_in_budget": steps <= MOST_STEPS,
        "decay_shrinks": 0 < decay < 1,
    }
    if not every(allowed.values()):
        return {**{name: flag(holds) for name, holds in allowed.items()}, **dict.fromkeys(OUTCOMES, flag(True))}
    value, slope = _walk(step_size, int(steps), decay)
    reached = value < GOAL
    way_left = step_size * decay**steps / (1 - decay) * slope
    constant = step_size < STABLE and _walk(step_size, int(steps), 1.0)[0] < GOAL
    outcomes = (reached, reached or slope < STEEP or way_left > NO_WAY_LEFT, reached or slope >= STEEP, not constant)
    return {
        **{name: flag(holds) for name, holds in allowed.items()},
        **{name: flag(holds) for name, holds in zip(OUTCOMES, outcomes, strict=True)},
    }


def _walk(step_size: float, steps: int, decay: float) -> tuple[float, float]:
    """Return value and length of the gradient at the end of a walk on f from START; no number where it diverges."""
    x, y = START
    with np.errstate(all="ignore"):
        for t in range(steps + 1):
            slope_x, slope_y = 2 * x - 3 * np.sin(3 * x) + y + 2, x + 2 * y
            if t < steps:
                x, y = x - step_size * decay**t * slope_x, y - step_size * decay**t * slope_y
        return float(x**2 + y**2 + x * (y + 2) + np.cos(3 * x)), float(np.hypot(slope_x, slope_y))


PROBE = Probe(
    "step_size_decay",
    ("optimize_f", "decay_settings"),
    (
        Part("optimize_f", ("optimize_f",), descent_runs),
        Part("decay_settings", ("decay_settings",), _settings, summarise=_statements),
    ),
)
