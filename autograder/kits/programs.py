"""Functions and loops as short lists of named steps, so that a mistake is the change of one step.

A program maps a name to a step: a formula of what the steps before it have assigned. It is the same form as that of
the update rules (`rules.Rule`), so mistakes and pairs of mistakes are made in the same way. Where the values to be
compared are those that a probe sees, a program is turned into a function and shown to that very probe.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from autograder.catalogue.answer import Simulate
from autograder.kits.rules import Rule
from course_utils.kits.probe import Inputs, Outputs, Part, Probe

__all__ = ["as_function", "part_of", "perform", "seen_by", "statements"]


def perform(program: Rule, **given: Any) -> SimpleNamespace:
    """Perform the steps in order and return everything that was given or assigned."""
    state = SimpleNamespace(**given)
    for name, step in program.items():
        setattr(state, name, step(state))
    return state


def as_function(program: Rule, *arguments: str) -> Callable[..., Any]:
    """Return a function of `arguments` whose result is what the last step assigns."""
    last = list(program)[-1]

    def function(*values: Any) -> Any:
        return getattr(perform(program, **dict(zip(arguments, values, strict=True))), last)

    return function


def part_of(probe: Probe, name: str) -> Part:
    """Return the part of `probe` that is called `name`."""
    return next(part for part in probe.parts if part.name == name)


def seen_by(part: Part, build: Callable[[Rule], Callable[..., Any]]) -> Callable[[Rule], Simulate]:
    """Return how a program becomes arrays: built into the function that a student would write, and probed.

    Args:
        part: The probe's part; it must use one object only.
        build: Makes the function from a program.
    """

    def simulate(program: Rule) -> Simulate:
        def arrays(inputs: Inputs) -> Outputs:
            return part.outputs(build(program), inputs)

        return arrays

    return simulate


def statements(**values: float | list[float]) -> Rule:
    """Return a program whose steps are constants: what a probe states about a student's function."""

    def constant(value: float | list[float]) -> Callable[[SimpleNamespace], Any]:
        return lambda state: value

    return {name: constant(value) for name, value in values.items()}
