"""What a probe is: the way an exercise is exercised, with no knowledge of right values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

__all__ = ["Inputs", "Outputs", "Part", "Probe", "ProbeFailure", "as_array", "load_probe"]

Inputs = Mapping[str, NDArray[Any]]
Outputs = dict[str, NDArray[Any]]


class ProbeFailure(Exception):
    """The student's object answered, but not with something that can be judged.

    The message is written for the student: what was found and what was expected.
    """


@dataclass(frozen=True)
class Part:
    """One separately marked part of an exercise.

    Args:
        name: Name of the part; the name of the student's object where there is one per part.
        uses: Names of the student's objects that `run` takes, in order.
        run: `run(*objects, inputs)` returns named arrays.
        limit_s: Wall time in seconds where it needs more than the course gives to a part, as training does.
    """

    name: str
    uses: tuple[str, ...]
    run: Callable[..., Outputs]
    limit_s: float = 0.0


@dataclass(frozen=True)
class Probe:
    """How an exercise is exercised: the objects it needs, and the parts that use them."""

    exercise: str
    objects: tuple[str, ...]
    parts: tuple[Part, ...]

    @classmethod
    def single(cls, exercise: str, name: str, run: Callable[..., Outputs]) -> Probe:
        """Make a probe with one object and one part, both called `name`."""
        return cls(exercise, (name,), (Part(name, (name,), run),))


def load_probe(exercise: str) -> Probe:
    """Return the probe of `exercise`, from `course_utils.probes.<exercise>`.

    Raises:
        KeyError: There is no such exercise.
    """
    module = f"course_utils.probes.{exercise}"
    if not exercise.isidentifier() or exercise == "base" or find_spec(module) is None:
        raise KeyError(f"there is no exercise {exercise!r}; the id stands in the heading above the cell")
    probe = import_module(module).PROBE
    assert isinstance(probe, Probe)
    return probe


def as_array(value: object, what: str, shape: tuple[int, ...] | None = None) -> NDArray[Any]:
    """Turn what a student returned into a plain float64 array that shares nothing with it.

    Args:
        value: A tensor (graph, device and dtype do not matter), an array, a list or a number.
        what: Name of the value for the message, as in "the return value of ema".
        shape: The expected shape; None where any shape will do.

    Raises:
        ProbeFailure: Nothing was returned, it holds no numbers, or its shape is another one.
    """
    if value is None:
        raise ProbeFailure(f"{what} is None. Is there a `return` at the end?")
    if value is NotImplemented:
        raise NotImplementedError
    array = _numbers(value, what)
    if shape is not None and array.shape != shape:
        raise ProbeFailure(f"{what} has shape {array.shape}; expected {shape}.")
    return array


def _numbers(value: object, what: str) -> NDArray[Any]:
    found = type(value).__name__
    try:
        if isinstance(value, torch.Tensor):
            return value.detach().to("cpu", torch.float64, copy=True).resolve_conj().numpy()
        if isinstance(value, (list, tuple)):
            value = [_numbers(item, what) for item in value]
        return np.array(value, dtype=np.float64)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ProbeFailure(
            f"{what} is a {found} that holds no plain numbers; expected a tensor or an array."
        ) from error
