"""A package `google.colab` whose functions do nothing: notebooks from Colab import it, and grading has none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__all__ = ["offer_colab"]

COLAB = "google.colab"


class _Colab(MetaPathFinder, Loader):
    """Finds `google.colab` and everything in it where nothing else does."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return a package of that name, if it is Colab's."""
        known = name in ("google", COLAB) or name.startswith(f"{COLAB}.")
        return ModuleSpec(name, self, is_package=True) if known else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return a module whose functions do nothing."""
        return _Quiet(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Run nothing."""


class _Quiet(ModuleType):
    """A module of Colab's: the package holds modules, and each of these functions that do nothing."""

    def __getattr__(self, name: str) -> ModuleType | Callable[..., None]:
        if name.startswith("__") or self.__name__ == "google":
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return import_module(f"{COLAB}.{name}") if self.__name__ == COLAB else _nothing


def _nothing(*_: Any, **__: Any) -> None:
    return None


def offer_colab() -> None:
    """Let `from google.colab import drive` and the like work from now on; `drive.mount(...)` does nothing."""
    sys.meta_path.append(_Colab())
