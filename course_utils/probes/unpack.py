"""Taking apart what a student's function returned when it should be several values."""

from __future__ import annotations

from course_utils.probes.base import ProbeFailure

__all__ = ["unpack"]


def unpack(returned: object, function: str, names: tuple[str, ...]) -> tuple[object, ...]:
    """Return the values of a tuple that a student's function returned.

    Args:
        returned: What it returned.
        function: Its name, for the message.
        names: What each value is called in the text.

    Raises:
        ProbeFailure: It is not a tuple of that many values.
        NotImplementedError: It is the value `NotImplemented`.
    """
    wanted = f"{len(names)} values: {', '.join(names)}"
    if returned is NotImplemented:
        raise NotImplementedError
    if returned is None:
        raise ProbeFailure(f"{function} returned None. Is there a `return` at the end? Expected {wanted}.")
    if not isinstance(returned, (tuple, list)):
        raise ProbeFailure(f"{function} returned one {type(returned).__name__}; expected {wanted}.")
    if len(returned) != len(names):
        raise ProbeFailure(f"{function} returned {len(returned)} values; expected {wanted}.")
    return tuple(returned)
