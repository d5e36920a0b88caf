"""How `largest_stable_step(hessian)` is exercised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.kits.probe import Inputs, Outputs, Probe, as_array

__all__ = ["PROBE"]


def _run(largest_stable_step: Callable[..., Any], inputs: Inputs) -> Outputs:
    hessians = [inputs[name].copy() for name in sorted(inputs) if name.startswith("hessian_")]
    what = "the return value of largest_stable_step"
    return {"limits": np.stack([as_array(largest_stable_step(hessian), what, ()) for hessian in hessians])}


PROBE = Probe.single("step_size_limit", "largest_stable_step", _run)
