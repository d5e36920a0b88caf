"""What is known of submissions from before: what one exercise is put into, and whose marks a correction changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autograder.grade.types import SubmissionGrade

__all__ = ["Change", "Earlier", "changes_between"]


@dataclass(frozen=True)
class Earlier:
    """What is known of a submission, and the exercise to grade again."""

    exercise: str
    grade: SubmissionGrade
    notebook: bytes


@dataclass(frozen=True)
class Change:
    """The marks of an exercise before and after a correction of the course; None waits for marking by hand."""

    student: str
    assignment: str
    exercise: str
    old: float | None
    new: float | None
    old_verdict: str
    new_verdict: str


def changes_between(pairs: Iterable[tuple[SubmissionGrade, SubmissionGrade]]) -> tuple[Change, ...]:
    """Return whose marks differ between two grades of the same file, exercise by exercise.

    Args:
        pairs: The grade before and after, per submission.
    """
    return tuple(change for before, after in pairs for change in _changes(before, after))


def _changes(before: SubmissionGrade, after: SubmissionGrade) -> Iterator[Change]:
    old = {one.grade_id: one for one in before.exercises}
    for new in after.exercises:
        was = old.get(new.grade_id)
        if was is not None and was.score != new.score:
            yield Change(
                student=after.student,
                assignment=after.assignment,
                exercise=new.exercise,
                old=was.score,
                new=new.score,
                old_verdict=was.verdict,
                new_verdict=new.verdict,
            )
