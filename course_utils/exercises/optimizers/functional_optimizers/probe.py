"""How `sgd_momentum`, `rmsprop` and `adam`, functions of `(w, dw, config=None)`, are exercised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from course_utils.kits.calls import call
from course_utils.kits.comparing import array_equal, flag
from course_utils.kits.failures import keep_failure
from course_utils.kits.probe import Inputs, Outputs, Part, Pieces, Probe, ProbeFailure, as_array

__all__ = ["ONE", "PROBE", "STATES"]

DEFAULT_STEPS = 3
# For each function: the settings and the state that its config holds.
SETTINGS = {
    "sgd_momentum": ("learning_rate", "momentum"),
    "rmsprop": ("learning_rate", "decay_rate", "epsilon"),
    "adam": ("learning_rate", "beta1", "beta2", "epsilon"),
}
# The setting that stands alone in a config.
ONE = "learning_rate"
STATES = {"sgd_momentum": ("velocity",), "rmsprop": ("cache",), "adam": ("m", "v", "t")}


def _run(name: str, function: object, inputs: Inputs) -> Pieces:
    """Call a function several times, each time with the config that it returned.

    Inputs: `w` (n, m), `dw` (steps, n, m), and for each function `NAME_KEY` for every key of its config. Outputs:
    `next_w` and every state in the config after each step, from that config; after each of the first steps
    `next_w_default`, from no config, `next_w_without_state`, from the settings alone, and `next_w_one_setting`, from
    one of them, the latter two NaN where that fails; `w_left_alone` and `dw_left_alone`, 1.0 or 0.0.
    """
    settings = {key: float(inputs[f"{name}_{key}"]) for key in SETTINGS[name]}
    config: dict[str, Any] = dict(settings)
    for key in STATES[name]:
        given = inputs[f"{name}_{key}"]
        config[key] = given.copy() if given.ndim else int(given)
    outputs, left_alone = _drive(name, function, inputs, config, len(inputs["dw"]))
    yield outputs
    default, also_left_alone = _drive(name, function, inputs, None, DEFAULT_STEPS)
    yield {
        "next_w_default": default["next_w"],
        "next_w_without_state": _incomplete(name, function, inputs, settings),
        "next_w_one_setting": _incomplete(name, function, inputs, {ONE: settings[ONE]}),
        **{f"{key}_left_alone": flag(left_alone[key] and also_left_alone[key]) for key in ("w", "dw")},
    }


def _incomplete(name: str, function: object, inputs: Inputs, config: Mapping[str, float]) -> np.ndarray[Any, Any]:
    """Return next_w after each of the first steps; NaN where the function cannot do without the missing keys."""
    try:
        return _drive(name, function, inputs, dict(config), DEFAULT_STEPS)[0]["next_w"]
    except Exception as error:  # whatever a missing key leads to; the function worked with a whole config
        keep_failure(error)
        return np.full((DEFAULT_STEPS, *inputs["w"].shape), np.nan)


def _drive(
    name: str, function: object, inputs: Inputs, config: dict[str, Any] | None, steps: int
) -> tuple[Outputs, dict[str, bool]]:
    """Return what comes of some steps, and which of the arguments stayed as they were in all of them."""
    keys = STATES[name] if config is not None and config.keys() >= set(STATES[name]) else ()
    histories: dict[str, list[np.ndarray[Any, Any]]] = {key: [] for key in ("next_w", *keys)}
    w, left_alone = inputs["w"].copy(), {"w": True, "dw": True}
    for step in range(steps):
        given, gradient = w.copy(), inputs["dw"][step].copy()
        returned = call(function, f"{name}(w, dw, config=None)", given, gradient, config)
        next_w, config = _next(returned, name)
        left_alone["w"] &= array_equal(given, w, equal_nan=True)
        left_alone["dw"] &= array_equal(gradient, inputs["dw"][step])
        w = as_array(next_w, "next_w", inputs["w"].shape)
        histories["next_w"].append(w)
        for key in keys:
            if key not in config:
                raise ProbeFailure(f"The config that {name} returned has no {key!r}.")
            histories[key].append(as_array(config[key], f"config[{key!r}]", inputs[f"{name}_{key}"].shape))
    return {key: np.stack(values) for key, values in histories.items()}, left_alone


def _next(returned: object, name: str) -> tuple[object, dict[str, Any]]:
    if returned is None:
        raise ProbeFailure(f"{name} returned None. Is there a `return` at the end?")
    if not isinstance(returned, tuple | list) or len(returned) != 2 or not isinstance(returned[1], Mapping):
        raise ProbeFailure(f"{name} returned a {type(returned).__name__}; expected the pair next_w, config.")
    return returned[0], dict(returned[1])


def _part(name: str) -> Part:
    run: Callable[..., Pieces] = partial(_run, name)
    return Part(name, (name,), run)


PROBE = Probe("functional_optimizers", tuple(SETTINGS), tuple(_part(name) for name in SETTINGS))
