"""What all submissions of a run have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.course import Course
from autograder.sandbox.host import Strictness
from autograder.sandbox.types import Limits

__all__ = ["Settings", "settings_of"]


@dataclass(frozen=True)
class Settings:
    """What all submissions of a run have in common.

    Args:
        seed: The seed of the hidden inputs.
        limits: What one submission may use.
        submission_bytes: How large a file may be.
        walls: "full", or "weak" where it was accepted that some are missing.
        library_shares: The share of the marks that is left where code uses the library's solution, by exercise; all of
            them where an exercise is not named.
    """

    seed: int
    limits: Limits
    submission_bytes: int
    walls: Strictness = "full"
    library_shares: Mapping[str, float] = field(default_factory=dict)


def settings_of(course: Course, seed: int, walls: Strictness, limits: Limits | None = None) -> Settings:
    """Return the settings of a run of a course; `limits` are those of `course.toml` if None."""
    if limits is None:
        own = course.limits.exercises
        limits = Limits(
            cell_s=course.limits.cell_s,
            probe_s=course.limits.probe_s,
            total_s=course.limits.total_s,
            cell_s_of={name: one.cell_s for name, one in own.items() if one.cell_s is not None},
            probe_s_of={name: one.probe_s for name, one in own.items() if one.probe_s is not None},
        )
    shares = {name: points.library for name, points in course.points.items() if points.library < 1}
    return Settings(seed, limits, course.limits.submission_bytes, walls, shares)
