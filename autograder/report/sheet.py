"""All marks of one student in one workbook: what checks gave, what a person gave, and what counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from autograder.course import Course
from autograder.grade.student_name import StudentName
from autograder.grade.types import ExerciseGrade, SubmissionGrade
from autograder.marks.book import ClassBook, Marks
from autograder.marks.read import MarkedAnswer

__all__ = ["Row", "Sheet", "sheets_of"]

DECIDED = {"drop": "This question does not count", "give": "All who handed in have the marks of this question"}


@dataclass(frozen=True)
class Row:
    """One mark: of a check, or of an answer in words.

    Args:
        grade: What grading said.
        hand: What a person said; None for a check whose mark nobody has replaced.
        reason: Why it counts for nobody or is given to all, or is not what the check gave; empty where it is as usual.
    """

    grade: ExerciseGrade
    hand: MarkedAnswer | None = None
    reason: str = ""

    @property
    def points(self) -> float | None:
        """The marks that count; None while they wait."""
        return self.hand.points if self.hand else self.grade.score

    @property
    def max_points(self) -> float:
        """The marks that can be had."""
        return self.hand.max_points if self.hand else self.grade.max_score

    @property
    def label(self) -> str:
        """The exercise, and whether it is the part in words of one that has a check as well."""
        return self.exercise + (", in words" if self.grade.grade_id.startswith("explain-") else "")

    @property
    def exercise(self) -> str:
        """The exercise, which a check and what is said of it in words share."""
        return self.grade.exercise.removeprefix("explain-")


@dataclass(frozen=True)
class Sheet:
    """All marks of one student in one workbook.

    Args:
        grade: What grading said.
        title: Title of the workbook.
        name: What the student is called.
        rows: The marks, in the order of the workbook.
        marks: What they add up to in the gradebook, lateness included.
        most: All marks that can be had.
    """

    grade: SubmissionGrade
    title: str
    name: StudentName
    rows: tuple[Row, ...]
    marks: Marks
    most: float

    @cached_property
    def checked(self) -> tuple[Row, ...]:
        """The marks of checks."""
        return tuple(row for row in self.rows if row.grade.is_checked)

    @cached_property
    def by_hand(self) -> tuple[Row, ...]:
        """The marks of answers in words."""
        return tuple(row for row in self.rows if not row.grade.is_checked)

    @property
    def waiting(self) -> float:
        """Marks that can still be had for answers that wait."""
        return sum(row.max_points for row in self.rows if row.points is None)

    @property
    def by_exercise(self) -> tuple[tuple[str, tuple[Row, ...]], ...]:
        """The marks by exercise, in the order of the workbook: a check and its part in words belong together."""
        names = dict.fromkeys(row.exercise for row in self.rows)
        return tuple((name, tuple(row for row in self.rows if row.exercise == name)) for name in names)


def sheets_of(course: Course, grades: Iterable[SubmissionGrade], book: ClassBook) -> tuple[Sheet, ...]:
    """Return the sheets of a class, in the order of the grades; whoever is not in the gradebook has none.

    Args:
        course: The course.
        grades: The grades.
        book: The gradebook.
    """
    return tuple(_sheet(course, grade, book) for grade in grades if (grade.student, grade.assignment) in book.marks)


def _sheet(course: Course, grade: SubmissionGrade, book: ClassBook) -> Sheet:
    key = grade.student, grade.assignment
    hand: Mapping[str, MarkedAnswer] = {answer.question: answer for answer in book.answers.get(key, ())}
    reasons = _reasons(book, *key)
    return Sheet(
        grade=grade,
        title=course.workbooks[grade.assignment].title,
        name=book.name(grade.student),
        rows=tuple(Row(one, hand.get(one.grade_id), reasons.get(one.grade_id, "")) for one in grade.exercises),
        marks=book.marks[key],
        most=book.most[grade.assignment],
    )


def _reasons(book: ClassBook, student: str, assignment: str) -> dict[str, str]:
    """Return why marks are not as usual, by name of the gradebook's cell."""
    replaced = {
        one.question: f"This mark was given by hand, in place of that of the check: {one.reason}."
        for one in book.overrides
        if (one.student, one.assignment) == (student, assignment)
    }
    decided = {
        one.question: f"{DECIDED[one.kind]}: {one.reason}." for one in book.decisions if one.assignment == assignment
    }
    return replaced | decided
