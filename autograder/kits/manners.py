"""What else is seen of a call: whether inputs stay as they were, types are kept, other layouts work. As formulas.

A part that looks at these has a rule with one more formula for each, 1 where all is well, so that a mistake of this
kind is found together with others.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from autograder.kits.rules import Mistake, Rule

__all__ = ["FLOAT32_KEPT", "INPUTS_LEFT_ALONE", "INPUT_CHANGED", "IN_FLOAT64", "MANNER_LABELS", "SHAPES_DO_NOT_FIT"]

INPUTS_LEFT_ALONE: Rule = {"inputs_left_alone": lambda s: 1.0}
FLOAT32_KEPT: Rule = {"float32_kept": lambda s: 1.0}

INPUT_CHANGED = Mistake(
    "input-changed",
    "The values are right, but the function writes into what it is given, which the caller still needs.",
    {"inputs_left_alone": lambda s: 0.0},
    share=0.5,
)
IN_FLOAT64 = Mistake(
    "computes-in-float64",
    "For float32 input the output is float64: right, but twice the memory, and the next layer may refuse it.",
    {"float32_kept": lambda s: 0.0},
)


def _refuse_other_shapes(s: SimpleNamespace) -> Any:
    if s.prefix == "other":
        raise ValueError("shapes do not fit")
    return s.x


SHAPES_DO_NOT_FIT = Mistake(
    "shapes-do-not-fit",
    "An error is raised where the number of examples and the number of features differ: somewhere one of them stands "
    "for the other.",
    {"z": _refuse_other_shapes},
)
MANNER_LABELS = {
    "fits": "works for inputs of other shapes (1 = yes)",
    "inputs_left_alone": "inputs left as they were (1 = yes)",
    "float32_kept": "float32 in, float32 out (1 = yes)",
}
