"""The grades of a class, as reports and the gradebook get them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.course import Course
from autograder.grade.earlier_grades import Change
from autograder.grade.release import Release
from autograder.grade.student_name import StudentName
from autograder.grade.types import SubmissionGrade

__all__ = ["ClassGrades"]


@dataclass(frozen=True)
class ClassGrades:
    """A graded class.

    Args:
        course: The course.
        releases: The released notebooks of the graded assignments.
        grades: All grades, by assignment and student.
        strays: A line for everything in the submissions' folder that is no submission.
        seed: The seed of the hidden inputs.
        changes: Whose marks changed with the last correction of the course.
        only: The only exercise that was graded again; empty for all.
        fresh: Students and assignments that were graded now.
        names: What students are called, as the roster of this run says.
    """

    course: Course
    releases: tuple[Release, ...]
    grades: tuple[SubmissionGrade, ...]
    strays: tuple[str, ...]
    seed: int
    changes: tuple[Change, ...] = ()
    only: str = ""
    fresh: frozenset[tuple[str, str]] = frozenset()
    names: Mapping[str, StudentName] = field(default_factory=dict)

    @property
    def isolation(self) -> tuple[str, ...]:
        """The walls that stood around the runs, in words."""
        return tuple(sorted({grade.isolation for grade in self.grades if grade.isolation}))
