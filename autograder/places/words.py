"""Sentences that all places share."""

from __future__ import annotations

from autograder.grade.types import ExerciseGrade, SubmissionGrade
from autograder.places.marked import Marked
from autograder.report.words import marks, text_of

__all__ = ["LONGEST", "for_staff", "is_right", "overview", "said"]

# Places limit the size of all results together, to 1 MB and less.
LONGEST = 4000


def overview(marked: Marked) -> str:
    """Return what a student reads first: marks of the checks, what a person still marks, and notes on the file."""
    if marked.grade is None:
        return marked.problem
    grade = marked.grade
    lines = [f"The checks give {marks(grade.checked_score)} of {marks(grade.checked_max)} marks."]
    if grade.problem:
        lines.append(grade.problem)
    if by_hand := _by_hand(grade):
        lines.append(f"Marked by a person, and not in this sum: {by_hand}.")
    return "\n".join([*lines, *marked.notes])[:LONGEST]


def said(grade: ExerciseGrade) -> str:
    """Return what a student reads about an exercise, in plain text."""
    return text_of(grade)[:LONGEST]


def is_right(grade: ExerciseGrade) -> bool:
    """Say whether an exercise has all its marks."""
    return (grade.score or 0.0) >= grade.max_score


def for_staff(marked: Marked) -> str:
    """Return the lines for instructors only: walls, seed, what the code takes from libraries, and where it is wrong."""
    grade = marked.grade
    flags = [f"{one.exercise}: {line}" for one in grade.flagged for line in one.flags] if grade else []
    pointed = (
        [f"{one.exercise}, line {at.line}: {at.before} -> {at.after}" for one, at in grade.pointed] if grade else []
    )
    return "\n".join([*marked.staff, *flags, *pointed])[:LONGEST]


def _by_hand(grade: SubmissionGrade) -> str:
    waiting = [one for one in grade.exercises if not one.is_checked]
    return ", ".join(
        f"{one.exercise.removeprefix('explain-')} ({marks(one.max_score)}{'' if one.score is None else ', no answer'})"
        for one in waiting
    )
