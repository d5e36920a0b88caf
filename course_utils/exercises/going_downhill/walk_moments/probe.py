"""How `walk_moments(num_steps, p_good=0.75, good=-10.0, bad=20.0)` is exercised."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course_utils.kits.probe import Inputs, Outputs, Probe, as_array
from course_utils.kits.unpack import unpack

__all__ = ["PROBE"]

NAME = "walk_moments"


def _run(walk_moments: Callable[..., object], inputs: Inputs) -> Outputs:
    """Ask for the moments of some walks; the last one with the default arguments."""
    columns = (inputs["num_steps"], inputs["p_good"], inputs["good"], inputs["bad"])
    asked = [(int(n), float(p), float(good), float(bad)) for n, p, good, bad in zip(*columns, strict=True)]
    answers = [unpack(walk_moments(*arguments), NAME, ("mean", "variance")) for arguments in asked]
    answers.append(unpack(walk_moments(int(inputs["num_steps_by_default"])), NAME, ("mean", "variance")))
    return {
        "mean": np.stack([as_array(mean, "the mean", ()) for mean, _ in answers]),
        "variance": np.stack([as_array(variance, "the variance", ()) for _, variance in answers]),
    }


PROBE = Probe.single("walk_moments", NAME, _run)
