"""What sort of value each name had in a run: a name is mixed up with one of its own sort."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from typing import Any

import numpy as np

from course_utils.changes import Change

__all__ = ["ALIKE", "UNKNOWN", "UNLIKE", "Sorts", "add_sorts", "attributes_of", "likeness"]

# By name, the sorts of value that it had; an attribute of `self` has that before its name.
Sorts = Mapping[str, Set[str]]

NUMBER, ARRAY, FUNCTION, TEXT = "number", "array", "function", "str"
# What is compared with a text is one.
COMPARED = re.compile(r"\s*(?:==|!=|(?:not )?in)\s*[(\[{]?\s*[\"']")
# How alike the values are that a change exchanges: of one sort; not seen, or numbers of different shapes; or such as
# cannot stand for each other.
ALIKE, UNKNOWN, UNLIKE = range(3)
EXCHANGING = ("name", "other-name")
COMPUTING = ("factor", "term", "numerator")
# Where modules keep their attributes.
OF_MODULES = ("_parameters", "_buffers", "_modules")
WORD = re.compile(r"(?:self\.)?[^\W\d]\w*")


def add_sorts(sorts: dict[str, set[str]], values: Mapping[str, Any]) -> None:
    """Add the sorts of the local names of a function that ends.

    Args:
        sorts: What is known; it is added to.
        values: The names and what they stand for.
    """
    own = attributes_of(values["self"]) if "self" in values else {}
    for name, value in (*values.items(), *((f"self.{name}", value) for name, value in own.items())):
        sorts.setdefault(name, set()).add(_sort_of(value))


def likeness(change: Change, source: str, sorts: Sorts) -> int:
    """Say how alike what a change brings in and what it takes away are.

    Args:
        change: The change.
        source: The text that is changed.
        sorts: What is known of its names.
    """
    old, new = (set(WORD.findall(code)) for code in (source[change.start : change.end], change.new))
    if change.kind in EXCHANGING:
        given = {TEXT} if COMPARED.match(source, change.end) else _of(sorts, old - new)
        return _likeness(given, _of(sorts, new - old))
    if change.kind in COMPUTING and not all(map(_computes, _of(sorts, new - old))):
        return UNLIKE
    return UNKNOWN


def _likeness(some: Set[str], others: Set[str]) -> int:
    if not some or not others:
        return UNKNOWN
    if some & others:
        return ALIKE
    return UNKNOWN if any(map(_holds_numbers, some)) and any(map(_holds_numbers, others)) else UNLIKE


def _of(sorts: Sorts, names: Set[str]) -> set[str]:
    return set[str]().union(*(sorts.get(name, ()) for name in names))


def _computes(sort: str) -> bool:
    return sort.startswith((NUMBER, ARRAY))


def _holds_numbers(sort: str) -> bool:
    return _computes(sort) or sort in ("list", "tuple")


def _sort_of(value: Any) -> str:
    """Return a word for the values that can stand for each other; nothing of a student's is run for that."""
    import torch  # who only asks the command line for help should not wait for it

    kind = type(value)
    if issubclass(kind, int | float | complex | np.generic):
        return NUMBER
    if issubclass(kind, np.ndarray | torch.Tensor):
        return f"{ARRAY} {tuple(value.shape)}" if value.shape else NUMBER
    return FUNCTION if callable(value) else kind.__qualname__


def attributes_of(value: object) -> dict[str, Any]:
    """Return what an object keeps, by name, without its class; nothing of a student's is run for that."""
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    inner = (own[name] for name in OF_MODULES if isinstance(own.get(name), dict))
    return {str(name): one for space in (own, *inner) for name, one in space.items()}
