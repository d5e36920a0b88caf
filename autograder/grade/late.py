"""How late submissions are, and what it costs: timestamps, `[late]` of the course, extensions of the class."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from autograder.course import Course
from autograder.grade.extensions import Extensions, read_extensions
from autograder.grade.gradebook_file import CONFIG_NAME
from autograder.grade.types import GradingError
from autograder.late_policy import DAY_S

__all__ = ["Late", "LateRules", "read_late_rules"]

# What would name another policy in nbgrader's configuration; this course would not ask it.
PLUGIN = re.compile(r"^\s*[^#\n]*\b(?:AssignLatePenalties|LateSubmissionPlugin)\b", re.MULTILINE)


@dataclass(frozen=True)
class Late:
    """How late a submission is.

    Args:
        seconds: Time after the due date that nbgrader's gradebook holds, extensions allowed for.
        penalty: Marks that this costs, as long as so many were earned.
    """

    seconds: float
    penalty: float

    @property
    def days(self) -> int:
        """Late days; a day that has begun counts."""
        return math.ceil(self.seconds / DAY_S)

    def __str__(self) -> str:
        cost = f"{self.penalty:g} mark{'s' * (self.penalty != 1)} off" if self.penalty else "no marks off"
        return f"{self.days} day{'s' * (self.days != 1)} late, {cost}"


@dataclass(frozen=True)
class LateRules:
    """What lateness costs whom.

    Args:
        course: The course, with its policy and its due dates.
        extensions: Who may hand in later.
    """

    course: Course
    extensions: Extensions

    def due(self, assignment: str) -> datetime | None:
        """Return the due date that `course.toml` gives, in UTC without a zone, as nbgrader keeps times; or None."""
        found = self.course.late.due_date(assignment)
        return found.replace(tzinfo=None) if found else None

    def penalty(self, assignment: str, seconds: float) -> float:
        """Return the marks that it costs to be so many seconds late."""
        return self.course.late.marks_off(timedelta(seconds=seconds), self.course.workbooks[assignment].total)


def read_late_rules(folder: Path, course: Course) -> LateRules:
    """Return the rules for a class.

    Args:
        folder: The folder of the class, with `extensions.csv` if anybody has one.
        course: The course.

    Raises:
        GradingError: The extensions cannot be used, or nbgrader's configuration names a policy that would not count.
    """
    config = folder / CONFIG_NAME
    text = config.read_text(encoding="utf-8", errors="replace") if config.is_file() else ""
    if found := PLUGIN.search(text):
        line = text.count("\n", 0, found.end()) + 1
        raise GradingError(
            f"{config}, line {line}: a policy of nbgrader's for late submissions does not count here; "
            "write it under [late] in course.toml (per_day, grace_hours, cap) and remove this line"
        )
    return LateRules(course, read_extensions(folder, course.assignments))
