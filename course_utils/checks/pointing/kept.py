"""What the student's code keeps between calls, copied before it is run again and put back afterwards."""

from __future__ import annotations

import copy
import dis
import random
from collections.abc import Iterator
from functools import cache
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from course_utils.checks.pointing.own_code import OwnCode, names_in

__all__ = ["CannotKeep", "Kept"]

# Larger ones take too long to copy again and again.
MOST_NUMBERS = 1_000_000


class CannotKeep(Exception):
    """The student's code has something of which nobody knows how to put it back."""


class Kept:
    """The state before the first run.

    Args:
        own: The student's functions.

    Raises:
        CannotKeep: There are objects that cannot be put back, or a function binds global names.
    """

    def __init__(self, own: OwnCode) -> None:
        import torch  # who only asks the command line for help should not wait for it

        self._holders = [holder for holder in _holders(own) if not _is_steady(holder)]
        self._copies = [_copied(holder) for holder in self._holders]
        self._states = random.getstate(), np.random.get_state(), torch.get_rng_state()
        self._settings = torch.get_default_dtype(), torch.is_grad_enabled()

    def put_back(self) -> None:
        """Put back random numbers, settings and everything that functions keep."""
        import torch

        for holder, before in zip(self._holders, self._copies, strict=True):
            _put_back(holder, copy.deepcopy(before))
        random.setstate(self._states[0])
        np.random.set_state(self._states[1])
        torch.set_rng_state(self._states[2])
        torch.set_default_dtype(self._settings[0])
        torch.set_grad_enabled(self._settings[1])


def _holders(own: OwnCode) -> Iterator[Any]:
    """Yield what functions and classes can reach and change: globals, closures, defaults, attributes."""
    for function in own.functions:
        if _binds_globals(function.__code__):
            raise CannotKeep
        space = function.__globals__
        yield from (space[name] for name in names_in(function.__code__) if name in space)
        yield from (cell.cell_contents for cell in function.__closure__ or () if _has_value(cell))
        yield from (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
        yield from (value for name, value in vars(function).items() if name != "__wrapped__")
    for one in own.classes:
        yield from (value for name, value in vars(one).items() if not (name.startswith("__") or callable(value)))


def _binds_globals(code: CodeType) -> bool:
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    own = any(step.opname in ("STORE_GLOBAL", "DELETE_GLOBAL") for step in dis.get_instructions(code))
    return own or any(map(_binds_globals, inner))


def _has_value(cell: Any) -> bool:
    try:
        return bool(cell.cell_contents is not None)
    except ValueError:
        return False


@cache
def _steady_types() -> tuple[type, ...]:
    import torch

    return (
        type(None), bool, int, float, complex, str, bytes, np.generic, np.dtype, np.ufunc, torch.dtype, torch.device,
        ModuleType, FunctionType, BuiltinFunctionType, MethodType, type, staticmethod, classmethod, property, range,
    )  # fmt: skip


def _is_steady(value: Any) -> bool:
    if isinstance(value, tuple | frozenset):
        return all(map(_is_steady, value))
    return isinstance(value, _steady_types()) or (callable(value) and not hasattr(value, "__dict__"))


def _copied(value: Any) -> Any:
    if not _is_plain(value):
        raise CannotKeep
    return copy.deepcopy(value)


def _is_plain(value: Any) -> bool:
    import torch

    if isinstance(value, np.ndarray):
        return value.size <= MOST_NUMBERS
    if isinstance(value, torch.Tensor):
        return value.numel() <= MOST_NUMBERS and value.grad_fn is None
    if type(value) in (list, set, tuple):
        return all(_is_steady(item) or _is_plain(item) for item in value)
    if type(value) is dict:
        return all(_is_steady(item) or _is_plain(item) for item in value.values())
    return False


def _put_back(holder: Any, before: Any) -> None:
    import torch

    if isinstance(holder, np.ndarray):
        holder[...] = before
    elif isinstance(holder, torch.Tensor):
        holder.data.copy_(before.data)
        holder.grad = before.grad
    elif isinstance(holder, list):
        holder[:] = before
    elif isinstance(holder, set | dict):
        holder.clear()
        holder.update(before)
