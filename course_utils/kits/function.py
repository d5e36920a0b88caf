"""How a plain function of arrays is used: called a few times, once with its default values."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_utils.kits.array_functions import taken_apart
from course_utils.kits.calls import call
from course_utils.kits.comparing import array_equal, every, flag
from course_utils.kits.probe import Inputs, Outputs, Probe, as_array

__all__ = ["function_probe"]


def function_probe(
    exercise: str,
    declared: str,
    *,
    returns: Sequence[str] = ("value",),
    cases: Sequence[str] = ("first", "second"),
    tensors: bool = False,
) -> Probe:
    """Make the probe of a function.

    Inputs: `<case>_<argument>` for every argument without a default, and a 0-d array `<argument>` for every other one;
    the last case leaves these to their defaults. A 0-d array is passed as a number. Outputs: `<case>_<returned>`, and
    `arguments_left_alone`, 1.0 or 0.0.

    Args:
        exercise: Exercise id.
        declared: The signature in the text, as in "sign_step(w, gradient, lr=0.1)".
        returns: Names of the returned values.
        cases: Names of the calls.
        tensors: Whether arrays are passed as float64 tensors instead of numpy arrays.
    """
    name = declared.partition("(")[0]
    needed, optional = _arguments(declared)

    def run(function: object, inputs: Inputs) -> Outputs:
        outputs: Outputs = {}
        left_alone = True
        for case in cases:
            given = {argument: _passed(inputs[f"{case}_{argument}"], tensors) for argument in needed}
            options = (
                {} if case == cases[-1] else {argument: _passed(inputs[argument], tensors) for argument in optional}
            )
            found = call(function, declared, *given.values(), **options)
            outputs |= _named(found, name, case, returns)
            left_alone &= every(_same(value, inputs[f"{case}_{argument}"]) for argument, value in given.items())
        return {**outputs, "arguments_left_alone": flag(left_alone)}

    return Probe.single(exercise, name, run)


def _arguments(declared: str) -> tuple[list[str], list[str]]:
    """Return the names of the arguments without and with a default."""
    space: dict[str, Any] = {}
    exec(f"def {declared}: ...", space)
    parameters = inspect.signature(space[declared.partition("(")[0]]).parameters.values()
    needed = [one.name for one in parameters if one.default is inspect.Parameter.empty]
    return needed, [one.name for one in parameters if one.name not in needed]


def _passed(array: NDArray[Any], tensors: bool) -> Any:
    if array.ndim == 0:
        return array.item()
    return torch.tensor(array) if tensors else array.copy()


def _same(value: Any, array: NDArray[Any]) -> bool:
    return bool(array_equal(np.asarray(value), array))


def _named(found: object, name: str, case: str, returns: Sequence[str]) -> Outputs:
    values = taken_apart(found, name, returns) if len(returns) > 1 else (found,)
    what = f"the return value of {name}" if len(returns) == 1 else ""
    pairs = zip(returns, values, strict=True)
    return {f"{case}_{one}": as_array(value, what or f"{one}, returned by {name},") for one, value in pairs}
