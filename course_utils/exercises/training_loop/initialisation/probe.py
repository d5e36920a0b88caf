"""How `make_layer(d0, d1, activation)` is exercised: large layers of unequal widths, and statistics of the draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.kits.comparing import array_equal, every, every_entry, flag
from course_utils.kits.probe import Inputs, Outputs, Probe, ProbeFailure, as_array
from course_utils.kits.tensors import chance, parameters

__all__ = ["PROBE"]

# In standard errors: the chance to be beyond is 1e-15, and a mistake is hundreds of them away.
FAR = 8.0


def _activation(z: Any) -> Any:
    return z


def _run(make_layer: Callable[..., Any], inputs: Inputs) -> Outputs:
    """Return standard deviations, which depend on chance by less than 1 %, and statements that do not.

    Where all units of a layer are equal there are too few draws for statistics: the deviation is NaN, the rest 0.
    The default dtype is that of the notebook, so float64 is there only where it was asked for.
    """
    with chance(int(inputs["seed"]), torch.float32):
        layers = [_layer(make_layer, int(d0), int(d1)) for d0, d1 in inputs["shapes"]]
        again, _, _ = _layer(make_layer, *map(int, inputs["shapes"][0]))
    weights = [w for w, _, _ in layers]
    differ = every(map(_units_differ, weights))
    kurtosis = np.array([_kurtosis(w) if differ else 0.0 for w in weights])
    return {
        "std": np.array([w.std() if differ else np.nan for w in weights]),
        "centred": flag(differ and every(abs(w.mean()) * np.sqrt(w.size) <= FAR * w.std() for w in weights)),
        "bell_shaped": flag(every_entry(np.abs(kurtosis - 3.0) < 0.5)),
        "flat": flag(every_entry(np.abs(kurtosis - 1.8) < 0.2)),
        "units_differ": flag(differ),
        "weights_vary": flag(every(np.ptp(w) > 0 for w in weights)),
        "weights_not_zero": flag(every(w.any() for w in weights)),
        "layers_differ": flag(not array_equal(weights[0], again) or not np.ptp(again)),
        "biases_zero": flag(not any(b.any() for _, b, _ in layers)),
        "float64": flag(every(double for _, _, double in layers)),
    }


def _layer(make_layer: Callable[..., Any], d0: int, d1: int) -> tuple[NDArray[Any], NDArray[Any], bool]:
    call = f"make_layer({d0}, {d1}, activation)"
    w, b, activation = parameters(make_layer(d0, d1, _activation), 3, call)
    if activation is not _activation:
        raise ProbeFailure(f"{call} should return its activation unchanged as the third value.")
    double = every(str(getattr(value, "dtype", "")).endswith("float64") for value in (w, b))
    return as_array(w, f"w of {call}", (d0, d1)), as_array(b, f"b of {call}", (d1,)), double


def _units_differ(w: NDArray[Any]) -> bool:
    """Say whether no two columns are equal; NaN equals nothing, -0.0 equals 0.0."""
    return bool(np.isnan(w).any()) or len({unit.tobytes() for unit in w.T + 0.0}) == w.shape[1]


def _kurtosis(w: NDArray[Any]) -> float:
    """Return the fourth moment over the square of the second: 3 for a normal distribution, 1.8 for a uniform one."""
    squares = (w - w.mean()) ** 2
    return float((squares**2).mean() / squares.mean() ** 2)


PROBE = Probe.single("initialisation", "make_layer", _run)
