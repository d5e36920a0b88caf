"""torch's comparison of shapes without sympy, which takes a third of a second and knows shapes of unknown sizes.

torch asks it about every gradient that `backward` is given, and hardly any size is ever unknown.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

__all__ = ["leave_sympy_out"]

MODULE = "torch.fx.experimental.symbolic_shapes"


class _Known(ModuleType):
    """Stands for torch's module until it is asked for more than whether two known shapes are the same."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(_torchs_own(), name)

    def sym_eq(self, one: Sequence[int], other: Sequence[int]) -> Any:
        if all(type(size) is int for size in (*one, *other)):
            return tuple(one) == tuple(other)
        return _torchs_own().sym_eq(one, other)

    def expect_true(self, condition: Any) -> Any:
        return condition if isinstance(condition, bool) else _torchs_own().expect_true(condition)


def leave_sympy_out() -> None:
    """Let torch compare shapes without importing sympy; without effect where it has imported it."""
    sys.modules.setdefault(MODULE, _Known(MODULE))


def _torchs_own() -> ModuleType:
    if isinstance(sys.modules.get(MODULE), _Known):
        del sys.modules[MODULE]
    return import_module(MODULE)
