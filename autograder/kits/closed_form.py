"""Closed formulas as rules: named steps from the inputs to the result, so that a mistake is the change of one step.

The rule and the mistakes have the form of `rules`; what is missing is the repetition over time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from autograder.catalogue.answer import Simulate
from autograder.kits.rules import Rule
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["evaluate", "simulation"]


def evaluate(rule: Rule, given: Mapping[str, Any]) -> SimpleNamespace:
    """Apply the formulas of `rule` in order to the values `given`; each sees what those before it assigned."""
    state = SimpleNamespace(**given)
    for name, formula in rule.items():
        setattr(state, name, formula(state))
    return state


def simulation(
    given: Callable[[Inputs], Mapping[str, Any]], outputs: Callable[[SimpleNamespace], Outputs]
) -> Callable[[Rule], Simulate]:
    """Return what `alternatives` wants: a function from a rule to the outputs that it gives for some inputs.

    Args:
        given: What the formulas may use, from the inputs.
        outputs: The probe's outputs, from the state after the last formula.
    """
    return lambda rule: lambda inputs: outputs(evaluate(rule, given(inputs)))
