"""The functions of a student that an object leads to, in whatever cell they were typed."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType, MethodType
from typing import Any

from course_utils.checks.pointing.cells import is_cell

__all__ = ["OwnCode", "cells_of", "names_in", "own_code"]

# Longer ones hold data.
MOST_IN_TABLES = 64


class OwnCode:
    """What was found: the functions and classes of the student, each once."""

    def __init__(self) -> None:
        self.functions: list[FunctionType] = []
        self.classes: list[type] = []


def own_code(objects: Iterable[object]) -> OwnCode:
    """Follow objects to functions typed in cells: methods, what decorators wrap, and helpers that these name.

    A table of functions leads to them.
    """
    found, known, waiting = OwnCode(), set[int](), list(objects)
    while waiting:
        one = waiting.pop()
        if id(one) in known:
            continue
        known.add(id(one))
        if isinstance(one, FunctionType) and is_cell(one.__code__.co_filename):
            found.functions.append(one)
        elif isinstance(one, type) and _is_own(one):
            found.classes.append(one)
        waiting += _leads_to(one)
    return found


def cells_of(objects: Iterable[object]) -> set[str]:
    """Return the file names of the cells in which functions, or the methods of classes, were typed themselves."""
    alone = (value for one in objects for value in (vars(one).values() if isinstance(one, type) else (one,)))
    codes = (getattr(getattr(value, "__wrapped__", value), "__code__", None) for value in alone)
    return {code.co_filename for code in codes if isinstance(code, CodeType)}


def _leads_to(one: Any) -> Iterator[object]:
    if isinstance(one, FunctionType):
        yield from _of_function(one)
    elif isinstance(one, type):
        for base in one.__mro__:
            if _is_own(base):
                yield base
                yield from vars(base).values()
    elif isinstance(one, staticmethod | classmethod | MethodType):
        yield one.__func__
    elif isinstance(one, property):
        yield from (one.fget, one.fset)
    elif isinstance(one, functools.partial):
        yield from (one.func, *one.args)
    elif isinstance(one, functools.cached_property):
        yield one.func
    elif type(one) in (list, tuple) and len(one) <= MOST_IN_TABLES:
        yield from one
    elif type(one) is dict and len(one) <= MOST_IN_TABLES:
        yield from one.values()


def _of_function(function: FunctionType) -> Iterator[object]:
    yield inspect.getattr_static(function, "__wrapped__", None)
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # the variable has no value yet
            continue
    if is_cell(function.__code__.co_filename):
        for name in names_in(function.__code__):
            yield function.__globals__.get(name)


def names_in(code: CodeType) -> set[str]:
    """Return the names that a code and those inside it look up."""
    inner = (names_in(constant) for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*inner)


def _is_own(one: type) -> bool:
    """Say whether a method of a class was typed in a cell."""
    if one.__module__.partition(".")[0] in ("torch", "numpy"):
        return False
    unwrapped = (getattr(value, "__wrapped__", value) for value in tuple(vars(one).values()) if callable(value))
    return any(isinstance(value, FunctionType) and is_cell(value.__code__.co_filename) for value in unwrapped)
