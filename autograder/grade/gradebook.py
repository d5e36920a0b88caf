"""The same grades in nbgrader's gradebook, in one transaction; what was marked by hand stays as it is."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    SolutionCell,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, scoped_session, selectinload, sessionmaker

from autograder.grade.gradebook_file import errors_of_gradebook
from autograder.grade.late import LateRules
from autograder.grade.release import Release
from autograder.grade.student_name import StudentName
from autograder.grade.times import time_of
from autograder.grade.types import BY_HAND, ExerciseGrade, SubmissionGrade
from autograder.report.words import reasons

__all__ = ["enter_class"]

# So many submissions are in memory at a time; what belongs to them is read at once.
AT_ONCE = 200
BELOW = (
    contains_eager(SubmittedNotebook.assignment),
    selectinload(SubmittedNotebook.grades),
    selectinload(SubmittedNotebook.comments),
)


def enter_class(
    url: str,
    releases: Iterable[Release],
    grades: Sequence[SubmissionGrade],
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
        _enter_students(book.db, {grade.student for grade in grades}, names or {})
        for release in releases:
            notebook = _enter_assignment(book, release, rules)
            handed_in = [grade for grade in grades if grade.assignment == release.name]
            for begin in range(0, len(handed_in), AT_ONCE):
                some = handed_in[begin : begin + AT_ONCE]
                kept = _submissions(book.db, notebook, [grade.student for grade in some])
                for grade in some:
                    again = fresh is None or (grade.student, grade.assignment) in fresh
                    _enter_submission(kept[grade.student], grade, rules, only, again=again)
                book.db.flush()


@contextmanager
def _one_transaction(url: str, course_id: str) -> Iterator[Any]:
    """Open a gradebook whose commits only flush; all of it is kept at the end, or nothing."""
    with Gradebook(url, course_id) as book, book.engine.connect() as connection:
        with connection.begin():
            book.db.remove()
            book.db = scoped_session(sessionmaker(bind=connection, join_transaction_mode="rollback_only"))
            yield book
            book.db.flush()
        book.db.remove()


def _enter_students(db: Any, students: Iterable[str], names: Mapping[str, StudentName]) -> None:
    known = {student.id: student for student in db.scalars(select(Student))}
    for student in sorted({*students, *names} - known.keys()):
        known[student] = Student(id=student)
        db.add(known[student])
    for student, name in names.items():
        entry = known[student]
        entry.first_name, entry.last_name, entry.email = name.first or None, name.last or None, name.email or None


def _enter_assignment(book: Any, release: Release, rules: LateRules) -> Any:
    released = json.loads(release.notebook)
    name = release.name
    due = rules.due(name)
    book.update_or_create_assignment(name, **({"duedate": due} if due else {}))
    kernel = json.dumps(released["metadata"].get("kernelspec", {}))
    notebook = book.update_or_create_notebook(name, name, kernelspec=kernel)
    known = {(type(cell), cell.name): cell for cell in (*notebook._base_cells, *notebook.source_cells)}
    for record in released["cells"]:
        for kind, values in _cells_of(record):
            cell = known.get((kind, values["name"])) or kind(notebook=notebook)
            for attribute, value in values.items():
                setattr(cell, attribute, value)
            book.db.add(cell)
    book.db.flush()
    return notebook


def _cells_of(record: Mapping[str, Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield what the gradebook keeps of a cell of a release: the class of each entry, and its values."""
    graded = record["metadata"].get("nbgrader")
    if not graded:
        return
    name, cell_type = graded["grade_id"], record["cell_type"]
    source = record["source"] if isinstance(record["source"], str) else "".join(record["source"])
    locked = bool(graded.get("grade") and not graded.get("solution")) or bool(graded.get("locked"))
    if graded.get("grade"):
        yield GradeCell, {"name": name, "max_score": float(graded["points"]), "cell_type": cell_type}
    if graded.get("solution"):
        yield SolutionCell, {"name": name}
    about = {"cell_type": cell_type, "locked": locked, "source": source, "checksum": graded.get("checksum")}
    yield SourceCell, {"name": name, **about}


def _submissions(db: Any, notebook: Any, students: Sequence[str]) -> dict[str, Any]:
    """Return the entries of these students for a notebook, by student; those that are missing are made.

    Entries refer to what is above them by ids: the lists of a notebook would hold the entries of the whole class.
    """
    above = notebook.assignment_id
    theirs = (SubmittedAssignment.assignment_id == above, SubmittedAssignment.student_id.in_(students))
    known = {one.student_id: one for one in db.scalars(select(SubmittedAssignment).where(*theirs))}
    entries = select(SubmittedNotebook).where(SubmittedNotebook.notebook_id == notebook.id)
    found = db.scalars(entries.join(SubmittedNotebook.assignment).where(*theirs).options(*BELOW))
    kept = {entry.assignment.student_id: entry for entry in found}
    for student in sorted(set(students) - kept.keys()):
        submission = known.get(student) or SubmittedAssignment(assignment_id=above, student_id=student)
        kept[student] = SubmittedNotebook(notebook_id=notebook.id, assignment=submission)
        db.add_all([submission, kept[student]])
    for entry in kept.values():
        _complete(db, notebook, entry)
    db.flush()
    return kept


def _complete(db: Any, notebook: Any, entry: Any) -> None:
    """Add what an earlier release did not have, so that a class can be graded again after a correction."""
    graded, commented = ({one.cell_id for one in ones} for ones in (entry.grades, entry.comments))
    db.add_all(Grade(cell_id=cell.id, notebook=entry) for cell in notebook.grade_cells if cell.id not in graded)
    added = (cell for cell in notebook.solution_cells if cell.id not in commented)
    db.add_all(Comment(cell_id=cell.id, notebook=entry) for cell in added)


def _enter_submission(entry: Any, grade: SubmissionGrade, rules: LateRules, only: str, *, again: bool) -> None:
    submission = entry.assignment
    if when := time_of(grade.submitted_at):
        submission.timestamp = when.replace(tzinfo=None)
    longer = rules.extensions.of(grade.student, grade.assignment)
    submission.extension = longer if submission.assignment.duedate else None  # nbgrader would add it to None
    entry.late_submission_penalty = rules.penalty(grade.assignment, submission.total_seconds_late)
    _enter_marks(entry, {one.grade_id: one for one in grade.exercises}, only, again=again)


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
