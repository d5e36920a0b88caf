"""What is seen of the way back through a normalizing module, as formulas: 1 where all is well."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from autograder.kits.rules import Mistake, Rule
from course_utils.kits.probe import Outputs

__all__ = ["NO_WAY_BACK", "WAY_BACK", "WAY_BACK_LABELS", "WAY_BACK_MISTAKES", "way_back"]

WAY_BACK_LABELS = {
    "gradient_arrives": "a gradient reaches the input (1 = yes)",
    "gradient_fits": "the gradient that reaches the input is the derivative of the output (1 = yes)",
    "gradient_spreads": "one entry of the output has a gradient in the other values it was computed from (1 = yes)",
}
WAY_BACK: Rule = {name: lambda s: 1.0 for name in WAY_BACK_LABELS}
# An output that depends on an input only through its own entry: what a mistake may bring with it.
NO_WAY_BACK: Rule = {name: lambda s: 0.0 for name in ("gradient_fits", "gradient_spreads")}

WAY_BACK_MISTAKES = (
    Mistake(
        "statistics-as-constants",
        "On the way back the statistics count as constants, as under no_grad or after detach: the gradient of an "
        "output reaches only its own input, though every input also moves the statistics and so the other outputs.",
        NO_WAY_BACK,
    ),
    Mistake(
        "one-statistic-as-constant",
        "The gradient that reaches the input is not the derivative of the output: it reaches the other inputs too, but "
        "not by all ways on which they act. One of the statistics may be computed without a graph.",
        {"gradient_fits": lambda s: 0.0},
        pairs=False,
    ),
    Mistake(
        "graph-cut",
        "No gradient reaches the input: the output has no graph that leads back, so nothing before this layer is "
        "trained.",
        {name: lambda s: 0.0 for name in WAY_BACK_LABELS},
        pairs=False,
    ),
)


def way_back(rule: Rule) -> Outputs:
    """Return what is seen of the way back under `rule`."""
    return {name: np.array(rule[name](SimpleNamespace())) for name in WAY_BACK_LABELS}
