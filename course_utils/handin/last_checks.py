"""What the checks of this session said last, by exercise, and which code they saw."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from course_utils.handin.checked_source import cells_behind

__all__ = ["Checked", "last_checks", "remember"]


@dataclass(frozen=True)
class Checked:
    """The latest check of an exercise.

    Args:
        marks: What it gave, in points.
        sources: The cells that defined what was checked, as they were run; none where that is not known.
        at: When it ran, in seconds since the epoch.
    """

    marks: float
    sources: tuple[str, ...] = ()
    at: float = 0.0


_CHECKS: dict[str, Checked] = {}


def remember(exercise: str, marks: float, objects: Sequence[object] = ()) -> None:
    """Keep the marks of the latest check of an exercise, in points, and the code of the objects that it saw."""
    _CHECKS[exercise] = Checked(marks, cells_behind(objects), time.time())


def last_checks() -> dict[str, Checked]:
    """Return the latest check of each exercise since the kernel started."""
    return dict(_CHECKS)
