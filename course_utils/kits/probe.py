"""What a probe is: the way an exercise is exercised, with no knowledge of right values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.exercises import package_of

__all__ = [
    "Inputs",
    "Look",
    "Outputs",
    "Part",
    "Probe",
    "ProbeFailure",
    "as_array",
    "load_probe",
    "raw_array",
    "watched",
]

Inputs = Mapping[str, NDArray[Any]]
Outputs = dict[str, NDArray[Any]]
Look = Callable[[NDArray[Any]], None]

_watching: ContextVar[Look | None] = ContextVar("_watching", default=None)


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
        summarise: `summarise(raw, inputs)` makes the arrays that are judged from those of `run`, where these are raw:
            rows drawn, tensors before and after. It is pure, and grading calls it outside the sandbox, so that a
            submission cannot answer with a statement that is the same for all inputs. `raw` is not to be trusted:
            `raw_array` looks at it first, and what it allows has to be bounded.
        counts_with: Name of another part that has to earn something before this one does: manners of what does nothing
            are perfect.
    """

    name: str
    uses: tuple[str, ...]
    run: Callable[..., Outputs]
    limit_s: float = 0.0
    summarise: Callable[[Outputs, Inputs], Outputs] | None = None
    counts_with: str = ""

    def outputs(self, *arguments: Any) -> Outputs:
        """Return the arrays that are judged for `*objects, inputs`: `run`, then `summarise` where there is one."""
        found = self.run(*arguments)
        return self.summarise(found, arguments[-1]) if self.summarise else found


@dataclass(frozen=True)
class Probe:
    """How an exercise is exercised: the objects it needs, and the parts that use them."""

    exercise: str
    objects: tuple[str, ...]
    parts: tuple[Part, ...]

    @classmethod
    def single(
        cls,
        exercise: str,
        name: str,
        run: Callable[..., Outputs],
        summarise: Callable[[Outputs, Inputs], Outputs] | None = None,
    ) -> Probe:
        """Make a probe with one object and one part, both called `name`."""
        return cls(exercise, (name,), (Part(name, (name,), run, summarise=summarise),))


def load_probe(exercise: str) -> Probe:
    """Return the probe of `exercise`, from `probe.py` in its folder.

    Raises:
        KeyError: There is no such exercise.
    """
    probe = import_module(f"{package_of(exercise)}.probe").PROBE
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
    if look := _watching.get():
        look(array)
    return array


@contextmanager
def watched(look: Look | None) -> Iterator[None]:
    """Show every array that `as_array` takes, within the block, to `look`, which may stop the run."""
    token = _watching.set(look)
    try:
        yield
    finally:
        _watching.reset(token)


def raw_array(raw: Outputs, name: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return one of the arrays that `run` gave, for `summarise`.

    Raises:
        ValueError: It is missing or has another shape, so that `run` did not make it.
    """
    if name not in raw or raw[name].shape != shape:
        raise ValueError(f"no raw array {name} of shape {shape}")
    return raw[name]


def _numbers(value: object, what: str) -> NDArray[Any]:
    import torch  # who only asks the command line for help should not wait for it

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
