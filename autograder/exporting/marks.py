"""The marks of a class as the gradebook has them: of checks, by hand, extra credit, less what lateness costs."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Course
from autograder.grade.gradebook_file import FILE_NAME, check_gradebook, reading_gradebook
from autograder.grade.types import GradingError

__all__ = ["Marks", "read_marks"]

# nbgrader's own rule: a mark by hand goes before one of a check; extra credit counts beside either of them.
QUERY = """
SELECT submitted_assignment.student_id, assignment.name,
    SUM(CASE WHEN COALESCE(grade.manual_score, grade.auto_score) IS NULL THEN 0
        ELSE COALESCE(grade.manual_score, grade.auto_score) + COALESCE(grade.extra_credit, 0) END),
    SUM(grade.needs_manual_grade AND COALESCE(grade.manual_score, grade.auto_score) IS NULL),
    SUM(grade.needs_manual_grade AND grade.manual_score IS NOT NULL),
    (SELECT COALESCE(SUM(late_submission_penalty), 0) FROM submitted_notebook
        WHERE submitted_notebook.assignment_id = submitted_assignment.id)
FROM submitted_assignment
JOIN assignment ON assignment.id = submitted_assignment.assignment_id
JOIN submitted_notebook ON submitted_notebook.assignment_id = submitted_assignment.id
JOIN grade ON grade.notebook_id = submitted_notebook.id
GROUP BY submitted_assignment.id
ORDER BY submitted_assignment.student_id, assignment.name
"""


@dataclass(frozen=True)
class Marks:
    """The marks of one student in one assignment.

    Args:
        student: The student's id.
        assignment: The assignment.
        score: What counts: marks less the penalty, never below 0.
        waiting: Answers that nobody has marked yet; they count 0.
        again: Answers whose mark by hand is older than the last grading, and asks for a second look.
    """

    student: str
    assignment: str
    score: float
    waiting: int
    again: int


def read_marks(results: Path, course: Course, assignments: Collection[str]) -> tuple[Marks, ...]:
    """Read the marks of a class; nothing is changed, and formgrader may be open.

    Args:
        results: The output folder of a grading run, a folder of nbgrader's, or a gradebook.
        course: The course.
        assignments: The assignments to read.

    Returns:
        The marks, by student and assignment. Who handed in nothing is not among them.

    Raises:
        GradingError: There is no gradebook, it is that of another course, or it has no marks.
    """
    path = results / FILE_NAME if results.is_dir() else results
    if not path.is_file():
        raise GradingError(f"there is no {FILE_NAME} in {results}; give the folder of `autograder grade --out`")
    check_gradebook(path, course, {})
    try:
        with reading_gradebook(path) as database:
            rows = database.execute(QUERY).fetchall()
    except sqlite3.Error as error:
        raise GradingError(f"{path} cannot be read ({error}); close other programs that use it") from error
    marks = tuple(
        Marks(student, name, max(0.0, score - penalty), int(waiting), int(again))
        for student, name, score, waiting, again, penalty in rows
        if name in assignments
    )
    if not marks:
        raise GradingError(f"{path} has no marks in {', '.join(assignments)}; run `autograder grade` first")
    return marks
