"""The same grades in nbgrader's gradebook, in one transaction; what was marked by hand stays as it is."""

from __future__ import annotations

import json
import warnings
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from nbgrader.api import Comment, Grade, Gradebook, SubmittedNotebook
from sqlalchemy.exc import SAWarning
from sqlalchemy.orm import scoped_session, sessionmaker

from autograder.grade.gradebook_file import errors_of_gradebook
from autograder.grade.late import LateRules
from autograder.grade.release import Release
from autograder.grade.student_name import StudentName
from autograder.grade.times import time_of
from autograder.grade.types import BY_HAND, ExerciseGrade, SubmissionGrade
from autograder.report.words import reasons

__all__ = ["enter_class"]


def enter_class(
    url: str,
    releases: Iterable[Release],
    grades: Iterable[SubmissionGrade],
    rules: LateRules,
    only: str = "",
    *,
    fresh: Container[tuple[str, str]] | None = None,
    names: Mapping[str, StudentName] | None = None,
) -> None:
    """Enter a class into the gradebook at `url`, as SQLAlchemy writes it.

    Checks give `auto_score`; parts marked by hand wait. A mark that was given by hand stays. Where the submission was
    graded now, it asks to be looked at again, as after nbgrader's own autograding; where `only` names the one exercise
    that was graded again, just its marks do. What lateness costs is entered whole, even where less was earned.

    Args:
        url: The gradebook.
        releases: The released notebooks of the assignments.
        grades: The grades.
        rules: What lateness costs.
        only: The only exercise that was graded again; empty for all.
        fresh: Students and assignments that were graded now; None for all.
        names: What students are called, by id; the names of others stay as they are.
    """
    with errors_of_gradebook(url), _one_transaction(url, rules.course.course.id) as book:
        for release in releases:
            _enter_assignment(book, release, rules)
        for grade in grades:
            again = fresh is None or (grade.student, grade.assignment) in fresh
            _enter_submission(book, grade, rules, only, again=again)
        for student, name in (names or {}).items():
            book.update_or_create_student(
                student, first_name=name.first or None, last_name=name.last or None, email=name.email or None
            )


@contextmanager
def _one_transaction(url: str, course_id: str) -> Iterator[Any]:
    """Open a gradebook whose commits only flush; all of it is kept at the end, or nothing."""
    # nbgrader's own statements make SQLAlchemy warn about their order.
    warnings.filterwarnings("ignore", message=".*not in session, add operation", category=SAWarning)
    with Gradebook(url, course_id) as book, book.engine.connect() as connection:
        with connection.begin():
            book.db.remove()
            book.db = scoped_session(sessionmaker(bind=connection, join_transaction_mode="rollback_only"))
            yield book
            book.db.flush()
        book.db.remove()


def _enter_assignment(book: Any, release: Release, rules: LateRules) -> None:
    notebook = json.loads(release.notebook)
    name = release.name
    due = rules.due(name)
    book.update_or_create_assignment(name, **({"duedate": due} if due else {}))
    kernel = json.dumps(notebook["metadata"].get("kernelspec", {}))
    book.update_or_create_notebook(name, name, kernelspec=kernel)
    for record in notebook["cells"]:
        graded = record["metadata"].get("nbgrader")
        if graded:
            _enter_cell(book, name, record, graded)


def _enter_cell(book: Any, name: str, record: dict[str, Any], graded: dict[str, Any]) -> None:
    place = (graded["grade_id"], name, name)
    source = record["source"] if isinstance(record["source"], str) else "".join(record["source"])
    locked = bool(graded.get("grade") and not graded.get("solution")) or bool(graded.get("locked"))
    if graded.get("grade"):
        book.update_or_create_grade_cell(*place, max_score=float(graded["points"]), cell_type=record["cell_type"])
    if graded.get("solution"):
        book.update_or_create_solution_cell(*place)
    book.update_or_create_source_cell(
        *place, cell_type=record["cell_type"], locked=locked, source=source, checksum=graded.get("checksum")
    )


def _enter_submission(book: Any, grade: SubmissionGrade, rules: LateRules, only: str, *, again: bool) -> None:
    book.update_or_create_student(grade.student)
    when = time_of(grade.submitted_at)
    submission = book.update_or_create_submission(
        grade.assignment, grade.student, **({"timestamp": when.replace(tzinfo=None)} if when else {})
    )
    submission.extension = rules.extensions.of(grade.student, grade.assignment)
    (notebook,) = submission.notebooks
    _complete(book, notebook)
    _enter_marks(notebook, {one.grade_id: one for one in grade.exercises}, only, again=again)
    book.db.flush()
    book.db.refresh(notebook)
    notebook.late_submission_penalty = rules.penalty(grade.assignment, submission.total_seconds_late)


def _complete(book: Any, notebook: SubmittedNotebook) -> None:
    """Add what an earlier release did not have, so that a class can be graded again after a correction."""
    graded = {entry.cell_id for entry in notebook.grades}
    commented = {comment.cell_id for comment in notebook.comments}
    book.db.add_all(Grade(cell_id=c.id, notebook=notebook) for c in notebook.notebook.grade_cells if c.id not in graded)
    book.db.add_all(
        Comment(cell_id=cell.id, notebook=notebook)
        for cell in notebook.notebook.solution_cells
        if cell.id not in commented
    )
    book.db.flush()


def _enter_marks(notebook: SubmittedNotebook, by_cell: Mapping[str, ExerciseGrade], only: str, *, again: bool) -> None:
    for entry in notebook.grades:
        one = by_cell.get(entry.cell.name)
        entry.auto_score = one.score if one is not None else 0.0
        if entry.manual_score is None:
            entry.needs_manual_grade = entry.auto_score is None
        elif again and (not only or (one is not None and one.is_checked and one.exercise == only)):
            entry.needs_manual_grade = True
    for comment in notebook.comments:
        name = comment.cell.name
        one = by_cell.get(f"check-{name.partition('-')[0]}") or by_cell.get(name)
        silent = one is None or one.verdict in (BY_HAND, "correct")
        comment.auto_comment = None if one is None or silent else "\n".join(reasons(one))
