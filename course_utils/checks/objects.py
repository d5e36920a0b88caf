"""Which of the objects in `check("id", ...)` is which."""

from __future__ import annotations

from collections.abc import Sequence

from course_utils.kits.probe import Probe

__all__ = ["objects_by_name"]


def objects_by_name(probe: Probe, objects: Sequence[object]) -> dict[str, object]:
    """Return the student's objects by the names that the probe has for them.

    All of them come in the order of the probe. Some of them are told by their own names; the parts of the others are
    not attempted.

    Args:
        probe: The probe of the exercise.
        objects: What was passed to `check`.

    Raises:
        TypeError: There are too many, or some that have none of the names.
    """
    if len(objects) == len(probe.objects):
        return dict(zip(probe.objects, objects, strict=True))
    found = {str(getattr(thing, "__name__", "")): thing for thing in objects}
    if not found or len(found) < len(objects) or not found.keys() <= set(probe.objects):
        wanted = ", ".join(probe.objects)
        raise TypeError(f"check({probe.exercise!r}, {wanted}) takes {len(probe.objects)} objects, found {len(objects)}")
    return found
