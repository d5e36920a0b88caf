"""Taking apart what a student's function returned when it should be several values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set, Sized
from itertools import islice

from course_utils.kits.probe import ProbeFailure

__all__ = ["first_values", "unpack"]


def unpack(returned: object, function: str, names: tuple[str, ...]) -> tuple[object, ...]:
    """Return the values that a student's function returned, in whatever `a, b = function()` takes apart.

    Args:
        returned: What it returned: a tuple, a list, an array or tensor along its first axis, a generator.
        function: Its name, for the message.
        names: What each value is called in the text.

    Raises:
        ProbeFailure: It does not hold that many values, or not in an order of its own, as a dict, a set and a text.
        NotImplementedError: It is the value `NotImplemented`.
    """
    wanted = f"{len(names)} values: {', '.join(names)}"
    if returned is NotImplemented:
        raise NotImplementedError
    if returned is None:
        raise ProbeFailure(f"{function} returned None. Is there a `return` at the end? Expected {wanted}.")
    values = first_values(returned, len(names) + 1)
    if values is None:
        raise ProbeFailure(f"{function} returned one {type(returned).__name__}; expected {wanted}.")
    found = len(returned) if isinstance(returned, Sized) else 0
    if len(values) != len(names):
        count = found or (len(values) if len(values) < len(names) else f"more than {len(names)}")
        raise ProbeFailure(f"{function} returned {count} values; expected {wanted}.")
    return values


def first_values(returned: object, most: int) -> tuple[object, ...] | None:
    """Return the first values, at most `most`, of whatever can be taken apart in an order; else None.

    A generator may have no end. Arrays and tensors are taken apart along their first axis.
    """
    if getattr(returned, "ndim", 1) == 0 or isinstance(returned, (str, bytes, Mapping, Set)):
        return None
    return tuple(islice(returned, most)) if isinstance(returned, Iterable) else None
