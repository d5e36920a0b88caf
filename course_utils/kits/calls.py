"""Use a student's functions and classes the way the text declares them, with messages for people where that fails."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

from course_utils.kits.probe import ProbeFailure

__all__ = ["ParameterGenerator", "call", "float64_by_default", "make"]


def call(function: object, declared: str, *args: object, **kwargs: object) -> Any:
    """Call a student's function.

    Args:
        function: What the student wrote; may be anything.
        declared: The signature in the text, as in "ema(values, beta)".
        args: Positional arguments.
        kwargs: Keyword arguments.

    Raises:
        ProbeFailure: It is not a function, or does not take these arguments.
    """
    if inspect.isclass(function) or not callable(function):
        raise ProbeFailure(f"{_name(declared)} is {_kind(function)}; expected a function: {declared}.")
    return _called(function, declared, args, kwargs)


def make(student_class: object, declared: str, *args: object, **kwargs: object) -> Any:
    """Make an object of a student's class; arguments and errors as in `call`."""
    if not inspect.isclass(student_class):
        kind = _kind(student_class)
        raise ProbeFailure(f"{_name(declared)} is {kind}; expected the class itself: {declared}.")
    return _called(student_class, declared, args, kwargs)


@contextmanager
def float64_by_default() -> Iterator[None]:
    """Make float64 the default dtype within the block, so that state made by `torch.zeros(shape)` fits the inputs."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


class ParameterGenerator(Iterator[torch.nn.Parameter]):
    """Parameters as `model.parameters()` gives them: they can be walked only once.

    Attributes:
        ends: How many times somebody came to the end; more than once means that a walk found nothing.
    """

    def __init__(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        self._left = iter(parameters)
        self.ends = 0

    def __next__(self) -> torch.nn.Parameter:
        try:
            return next(self._left)
        except StopIteration:
            self.ends += 1
            raise


def _name(declared: str) -> str:
    return declared.partition("(")[0]


def _kind(thing: object) -> str:
    if inspect.isclass(thing):
        return "a class"
    if inspect.isroutine(thing):
        return "a function"
    return f"an object of type {type(thing).__name__}"


def _called(function: Callable[..., Any], declared: str, args: tuple[object, ...], kwargs: dict[str, object]) -> Any:
    try:
        return function(*args, **kwargs)
    except TypeError:
        # Only now: to look at a signature takes longer than most functions do.
        _refuse_arguments(function, declared, args, kwargs)
        raise


def _refuse_arguments(
    function: Callable[..., Any], declared: str, args: tuple[object, ...], kwargs: dict[str, object]
) -> None:
    """Say what does not fit if the arguments do not; nothing where an error came from inside the function."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        raise ProbeFailure(f"{_name(declared)}{signature} does not fit {declared}: {error}.") from error
