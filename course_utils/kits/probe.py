"""What a probe is: the way an exercise is exercised, with no knowledge of right values."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib import import_module
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.exercises import package_of

__all__ = [
    "WITHIN_BUDGET",
    "Inputs",
    "IsEnough",
    "Look",
    "Outputs",
    "Part",
    "Pieces",
    "Probe",
    "ProbeFailure",
    "as_array",
    "gathered",
    "load_probe",
    "never",
    "raw_array",
    "show",
    "watched",
]

Inputs = Mapping[str, NDArray[Any]]
Outputs = dict[str, NDArray[Any]]
Pieces = Generator[Outputs, None, None]
IsEnough = Callable[[Outputs], bool]
Look = Callable[[NDArray[Any]], None]

# Name of the statement that a part has kept to its `budget_s`.
WITHIN_BUDGET = "within_budget"

_watching: ContextVar[Look | None] = ContextVar("_watching", default=None)


class ProbeFailure(Exception):
    """The student's object answered, but not with something that can be judged.

    The message is written for the student: what was found and what was expected.
    """

    def __init__(self, message: str) -> None:
        """Make a sentence of a message that begins with "the return value"."""
        super().__init__(f"The {message.removeprefix('the ')}" if message.startswith("the ") else message)


@dataclass(frozen=True)
class Part:
    """One separately marked part of an exercise.

    Args:
        name: Name of the part; the name of the student's object where there is one per part.
        uses: Names of the student's objects that `run` takes, in order.
        run: `run(*objects, inputs)` returns named arrays; or it is a generator and yields them a few at a time, so that
            whoever compares them can stop at the first ones that differ. An array whose rows are made one after the
            other can be yielded several times, each time with more of them.
        limit_s: Wall time in seconds where it needs more than the course gives to a part, as training does.
        summarise: `summarise(raw, inputs)` makes the arrays that are judged from those of `run`, where these are raw:
            rows drawn, tensors before and after. It is pure, and grading calls it outside the sandbox, so that a
            submission cannot answer with a statement that is the same for all inputs. `raw` is not to be trusted:
            `raw_array` looks at it first, and what it allows has to be bounded.
        counts_with: Name of another part that has to earn something before this one does: manners of what does nothing
            are perfect.
        budget_s: Processor time in seconds that `run` may take, where the text gives a budget. Whoever runs it measures
            that, grading from outside of the process; the statement is called `WITHIN_BUDGET`.
        upon: Stand-ins for functions of earlier exercises, by name: with them the part is run a second time, which says
            whether it uses those functions as it should.
    """

    name: str
    uses: tuple[str, ...]
    run: Callable[..., Outputs | Pieces]
    limit_s: float = 0.0
    summarise: Callable[[Outputs, Inputs], Outputs] | None = None
    counts_with: str = ""
    budget_s: float = 0.0
    upon: Mapping[str, Callable[..., Any]] = field(default_factory=dict)

    def outputs(self, *arguments: Any) -> Outputs:
        """Return the arrays that are judged for `*objects, inputs`: `run`, then `summarise` where there is one."""
        found = gathered(self.run(*arguments))
        return self.summarise(found, arguments[-1]) if self.summarise else found


@dataclass(frozen=True)
class Probe:
    """How an exercise is exercised.

    Args:
        exercise: Its id.
        objects: Names of the student's objects that it needs.
        parts: The parts that use them.
        kept_back: Names of inputs that only those who grade may have: no `run` gets them, the visible check neither.
            A `summarise` says less without them.
    """

    exercise: str
    objects: tuple[str, ...]
    parts: tuple[Part, ...]
    kept_back: tuple[str, ...] = ()

    @classmethod
    def single(
        cls,
        exercise: str,
        name: str,
        run: Callable[..., Outputs | Pieces],
        summarise: Callable[[Outputs, Inputs], Outputs] | None = None,
        kept_back: tuple[str, ...] = (),
    ) -> Probe:
        """Make a probe with one object and one part, both called `name`."""
        return cls(exercise, (name,), (Part(name, (name,), run, summarise=summarise),), kept_back)

    def public(self, inputs: Inputs) -> Inputs:
        """Return the inputs without those that are kept back."""
        return {name: array for name, array in inputs.items() if name not in self.kept_back}


def never(piece: Outputs) -> bool:
    """Say that arrays are not enough."""
    return False


def gathered(found: Outputs | Pieces, is_enough: IsEnough = never) -> Outputs:
    """Return all arrays that `run` of a part gives.

    Args:
        found: What `run` returned.
        is_enough: Called with the arrays of each piece; no further ones are asked for once it is true.
    """
    if isinstance(found, dict):
        return found
    outputs: Outputs = {}
    with closing(found):
        for piece in found:
            outputs |= piece
            if is_enough(piece):
                break
    return outputs


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
        raise ProbeFailure(f"{what} {_shaped(array.shape)}; expected {_wanted(shape)}.")
    show(array)
    return array


def show(array: NDArray[Any]) -> None:
    """Show an array to whoever watches this run: one that `summarise` will make, as soon as it is known.

    A run that only asks whether it can come right is stopped there where it cannot, and need not come to its end.
    """
    if look := _watching.get():
        look(array)


def _shaped(shape: tuple[int, ...]) -> str:
    return f"has shape {tuple(shape)}" if shape else "is a single number"


def _wanted(shape: tuple[int, ...]) -> str:
    return f"shape {tuple(shape)}" if shape else "a single number"


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


# A list that holds itself has no end.
DEEPEST = 16


def _numbers(value: object, what: str, depth: int = 0) -> NDArray[Any]:
    import torch  # who only asks the command line for help should not wait for it

    if depth > DEEPEST:
        raise ProbeFailure(f"{what} holds lists within lists without end. Was a list appended to itself?")
    if isinstance(value, torch.Tensor):
        plain = value.detach().to("cpu").resolve_conj().resolve_neg()
        _refuse_others("b" if plain.dtype == torch.bool else "c" if plain.is_complex() else "f", value, what)
        return plain.to(torch.float64, copy=True).numpy()
    try:
        if isinstance(value, (list, tuple)):
            return np.array([_numbers(item, what, depth + 1) for item in value], dtype=np.float64)
        array = np.asarray(float(value) if isinstance(value, Real) and not isinstance(value, bool) else value)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise _no_numbers(value, what) from error
    _refuse_others(array.dtype.kind, value, what)
    return array.astype(np.float64)


# What an array may hold that is no plain number, by numpy's kinds of types.
NO_NUMBERS = {"b": "True or False", "c": "complex numbers", "U": "text", "S": "text", "M": "dates", "m": "times"}


def _refuse_others(kind: str, value: object, what: str) -> None:
    if kind in NO_NUMBERS:
        raise ProbeFailure(f"{what} holds {NO_NUMBERS[kind]}; expected plain numbers.")
    if kind not in "iuf":
        raise _no_numbers(value, what)


def _no_numbers(value: object, what: str) -> ProbeFailure:
    found = f"a {type(value).__name__} that holds no plain numbers" if value is not None else "None in part"
    return ProbeFailure(f"{what} is {found}; expected a number, a tensor or an array.")
