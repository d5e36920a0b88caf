"""A class as the gradebook has it: names, what was earned, what lateness costs, what waits, and the marks by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.course import Course
from autograder.grade.gradebook_file import check_gradebook, reading_gradebook
from autograder.grade.late import Late
from autograder.grade.student_name import StudentName
from autograder.grade.types import GradingError
from autograder.marks.decisions import Decision, Override, decisions_in, overrides_in
from autograder.marks.read import MarkedAnswer, marked_answers
from autograder.marks.tables import gradebook_in

__all__ = ["ClassBook", "Marks", "read_book"]

# nbgrader's own rule: a mark by hand goes before one of a check; extra credit counts beside either of them.
MARKS = """
SELECT submitted_assignment.student_id AS student, assignment.name AS assignment,
    SUM(CASE WHEN COALESCE(grade.manual_score, grade.auto_score) IS NULL THEN 0
        ELSE COALESCE(grade.manual_score, grade.auto_score) + COALESCE(grade.extra_credit, 0) END) AS earned,
    SUM(grade.needs_manual_grade AND COALESCE(grade.manual_score, grade.auto_score) IS NULL) AS waiting,
    SUM(grade.needs_manual_grade AND grade.manual_score IS NOT NULL) AS again,
    GROUP_CONCAT(CASE WHEN grade.manual_score > grade_cells.max_score THEN base_cell.name END, ' ') AS above,
    (SELECT COALESCE(SUM(late_submission_penalty), 0) FROM submitted_notebook
        WHERE submitted_notebook.assignment_id = submitted_assignment.id) AS penalty,
    submitted_assignment.timestamp AS handed_in, assignment.duedate AS due, submitted_assignment.extension AS extension
FROM submitted_assignment
JOIN assignment ON assignment.id = submitted_assignment.assignment_id
JOIN submitted_notebook ON submitted_notebook.assignment_id = submitted_assignment.id
JOIN grade ON grade.notebook_id = submitted_notebook.id
JOIN grade_cells ON grade_cells.id = grade.cell_id
JOIN base_cell ON base_cell.id = grade.cell_id
GROUP BY submitted_assignment.id
ORDER BY submitted_assignment.student_id, assignment.name
"""
MOST = """
SELECT assignment.name, SUM(grade_cells.max_score) FROM grade_cells
JOIN base_cell ON base_cell.id = grade_cells.id
JOIN notebook ON notebook.id = base_cell.notebook_id
JOIN assignment ON assignment.id = notebook.assignment_id
GROUP BY assignment.name
"""
NAMES = "SELECT id, first_name, last_name, email FROM student"
# SQLAlchemy keeps a span of time as the date that lies so long after this one.
EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Marks:
    """The marks of one student in one assignment.

    Args:
        student: The student's id.
        assignment: The assignment.
        earned: Marks of checks and by hand, extra credit included.
        late: How late it came, and what that costs; None if it came in time.
        waiting: Answers that nobody has marked yet; they count 0.
        again: Answers whose mark by hand is older than the last grading, and asks for a second look.
        above: Names of the gradebook's cells whose mark by hand is more than can be had.
    """

    student: str
    assignment: str
    earned: float
    late: Late | None = None
    waiting: int = 0
    again: int = 0
    above: tuple[str, ...] = ()

    @property
    def penalty(self) -> float:
        """Marks that lateness takes: never more than were earned."""
        return min(self.late.penalty, max(self.earned, 0.0)) if self.late else 0.0

    @property
    def score(self) -> float:
        """What counts: marks less the penalty, never below 0."""
        return max(0.0, self.earned - self.penalty)


@dataclass(frozen=True)
class ClassBook:
    """A class.

    Args:
        marks: By student and assignment; whoever handed in nothing is not in it.
        answers: The marks by hand, in the order of the workbook, by student and assignment.
        most: The marks that can be had, by assignment.
        names: Names by student's id; nobody without one.
        decisions: What was decided for all: questions that do not count, or are given.
        overrides: Marks of checks that a person has replaced, with reasons.
    """

    marks: Mapping[tuple[str, str], Marks]
    answers: Mapping[tuple[str, str], tuple[MarkedAnswer, ...]]
    most: Mapping[str, float]
    names: Mapping[str, StudentName]
    decisions: tuple[Decision, ...] = ()
    overrides: tuple[Override, ...] = ()

    def name(self, student: str) -> StudentName:
        """Return what a student is called."""
        return self.names.get(student, StudentName())

    def exceptions(self) -> Iterator[str]:
        """Yield a sentence on everything that was decided for all, or against a check, with its reason."""
        yield from (one.words for one in self.decisions)
        yield from (one.words for one in self.overrides)

    def above(self) -> Iterator[str]:
        """Yield a sentence on every mark by hand that is more than can be had."""
        for one in self.marks.values():
            for cell in one.above:
                yield (
                    f"{one.assignment}, {one.student}: the mark by hand of {cell} is more than can be had, and counts "
                    "as it is; correct it where it was given, or give what is more as extra credit."
                )


def read_book(results: Path, course: Course, assignments: Collection[str]) -> ClassBook:
    """Read a class from its gradebook; nothing is changed, and formgrader may be open.

    Args:
        results: The output folder of a grading run, a folder of nbgrader's, or a gradebook.
        course: The course.
        assignments: The assignments to read.

    Raises:
        GradingError: There is no gradebook, it cannot be read, or it is that of another course.
    """
    path = gradebook_in(results)
    check_gradebook(path, course, {})
    try:
        with reading_gradebook(path) as database:
            database.row_factory = sqlite3.Row
            marks = [_marks(row) for row in database.execute(MARKS) if row["assignment"] in assignments]
            most = {name: float(points) for name, points in database.execute(MOST)}
            people = {row["id"]: _name(row) for row in database.execute(NAMES)}
    except sqlite3.Error as error:
        raise GradingError(f"{path} cannot be read ({error}); close other programs that use it") from error
    return ClassBook(
        {(one.student, one.assignment): one for one in marks},
        marked_answers(path),
        most,
        {student: name for student, name in people.items() if str(name)},
        tuple(one for one in decisions_in(path) if one.assignment in assignments),
        tuple(one for one in overrides_in(path) if one.assignment in assignments),
    )


def _name(row: sqlite3.Row) -> StudentName:
    return StudentName(row["first_name"] or "", row["last_name"] or "", row["email"] or "")


def _marks(row: sqlite3.Row) -> Marks:
    seconds = _seconds_late(row["handed_in"], row["due"], row["extension"])
    return Marks(
        row["student"],
        row["assignment"],
        row["earned"],
        Late(seconds, row["penalty"]) if seconds > 0 or row["penalty"] > 0 else None,
        int(row["waiting"]),
        int(row["again"]),
        tuple((row["above"] or "").split()),
    )


def _seconds_late(handed_in: str | None, due: str | None, extension: str | None) -> float:
    """Return the time after the due date, as nbgrader counts it; 0 where one of the times is not known."""
    if not handed_in or not due:
        return 0.0
    longer = datetime.fromisoformat(extension) - EPOCH if extension else EPOCH - EPOCH
    return max(0.0, (datetime.fromisoformat(handed_in) - datetime.fromisoformat(due) - longer).total_seconds())
