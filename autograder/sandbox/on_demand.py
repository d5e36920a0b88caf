"""Large packages that few submissions use: imported once per clone, before the first submission that names them."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

__all__ = ["import_named", "named_in"]

# Two seconds, most of them for torch's compiler.
PACKAGES = ("torchvision",)


def named_in(sources: Iterable[str]) -> list[str]:
    """Return the packages that a source names anywhere."""
    texts = list(sources)
    return [package for package in PACKAGES if any(package in text for text in texts)]


def import_named(packages: Iterable[str]) -> None:
    """Import those of the packages that are known here; without effect for one that was imported before."""
    for package in PACKAGES:
        if package in packages:
            import_module(package)
