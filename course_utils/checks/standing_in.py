"""Put stand-ins in the place of a student's own functions while a part runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import FunctionType
from typing import Any

__all__ = ["standing_in"]

StandIns = Mapping[str, Callable[..., Any]]
# Of a class that is inherited from.
METHODS = ("__init__", "step")


@contextmanager
def standing_in(objects: Mapping[str, object], stand_ins: StandIns) -> Iterator[bool]:
    """Put stand-ins in the place of functions and classes of the same names, where the objects look these up.

    Args:
        objects: The student's functions and classes, by name.
        stand_ins: By the name of the function or class.

    Yields:
        Whether there was something to replace.
    """
    functions = [function for thing in objects.values() for function in _functions(thing)]
    spaces = list({id(one.__globals__): one.__globals__ for one in functions}.values())
    names = [(space, name, space[name]) for space in spaces for name in stand_ins if callable(space.get(name))]
    cells = [(cell, cell.cell_contents, name) for one in functions for cell, name in _cells(one, objects, stand_ins)]
    methods = [(base, name, vars(base).get(name)) for base in _bases(objects, stand_ins) for name in METHODS]
    try:
        for space, name, _ in names:
            space[name] = stand_ins[name]
        for cell, _, name in cells:
            cell.cell_contents = stand_ins[name]
        for base, name, _ in methods:
            setattr(base, name, vars(stand_ins[base.__name__])[name])
        yield bool(names or cells or methods)
    finally:
        for space, name, before in names:
            space[name] = before
        for cell, before, _ in cells:
            cell.cell_contents = before
        for base, name, method in methods:
            setattr(base, name, method) if method else delattr(base, name)


def _bases(objects: Mapping[str, object], stand_ins: StandIns) -> list[type]:
    """Return the classes to replace that one of the objects inherits from."""
    found = [base for thing in objects.values() if inspect.isclass(thing) for base in inspect.getmro(thing)[1:]]
    return [base for base in dict.fromkeys(found) if inspect.isclass(stand_ins.get(base.__name__))]


def _functions(thing: object) -> Iterator[FunctionType]:
    """Return a function itself, or the methods of a class and of those it inherits from."""
    found = [value for base in inspect.getmro(thing) for value in vars(base).values()] if inspect.isclass(thing) else []
    for value in found or [thing]:
        plain = inspect.unwrap(getattr(value, "__func__", value)) if callable(value) else value
        if isinstance(plain, FunctionType):
            yield plain


def _cells(function: FunctionType, objects: Mapping[str, object], stand_ins: StandIns) -> Iterable[tuple[Any, str]]:
    """Return the cells of a closure that hold one of the objects that are replaced."""
    for cell in function.__closure__ or ():
        try:
            held = cell.cell_contents
        except ValueError:  # nothing is in it yet
            continue
        for name in stand_ins:
            if callable(held) and held is objects.get(name):
                yield cell, name
