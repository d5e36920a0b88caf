"""Everything that a run leaves behind: tables, pages, feedback, and the gradebook."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, astuple, fields
from itertools import chain
from pathlib import Path
from typing import Any

from autograder.grade.class_grades import ClassGrades
from autograder.grade.engine import versions
from autograder.grade.files import write_all
from autograder.grade.folder import feedback_path, notebook_path
from autograder.grade.gradebook import enter_class
from autograder.grade.gradebook_file import FILE_NAME, prepare_gradebook
from autograder.grade.late import Late, Lateness, read_late_rules
from autograder.grade.regrade import Change
from autograder.grade.types import ExerciseGrade, SubmissionGrade
from autograder.grade.visible import visible
from autograder.report.cells import defused
from autograder.report.class_page import class_page
from autograder.report.feedback import feedback_page

__all__ = ["COLUMNS", "changes_csv", "grades_csv", "record", "report_json"]

COLUMNS = ("student", "assignment", "exercise", "score", "max_score", "verdict", "misconception", "message", "seconds")


def record(folder: Path, grades: ClassGrades) -> None:
    """Write all reports of a class into `folder`, and its marks into the gradebook there."""
    prepare_gradebook(folder / FILE_NAME)
    url = f"sqlite:///{folder.resolve() / FILE_NAME}"
    late = enter_class(url, grades.releases, grades.grades, read_late_rules(folder, grades.course), grades.only)
    files = {
        "grades.csv": grades_csv(grades),
        "changes.csv": changes_csv(grades),
        "report.json": report_json(grades, late),
        "index.html": class_page(grades, late),
    }
    write_all(folder, chain(files.items(), _feedback(folder, grades, late)))


def _feedback(folder: Path, grades: ClassGrades, late: Lateness) -> Iterator[tuple[str, bytes]]:
    for grade in grades.grades:
        title, notebook = grades.course.workbooks[grade.assignment].title, folder / notebook_path(grade)
        lateness = late.get((grade.student, grade.assignment))
        yield feedback_path(grade), feedback_page(grade, title, notebook.read_bytes(), late=lateness)


def grades_csv(grades: ClassGrades) -> bytes:
    """Return one line per student and exercise."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(_rows(grades))
    return text.getvalue().encode()


def changes_csv(grades: ClassGrades) -> bytes:
    """Return one line per mark that changed with the last correction of the course."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(field.name for field in fields(Change))
    table.writerows([defused(_shown(value)) for value in astuple(change)] for change in grades.changes)
    return text.getvalue().encode()


def _shown(value: str | float | None) -> str:
    return "" if value is None else value if isinstance(value, str) else f"{value:g}"


def report_json(grades: ClassGrades, late: Lateness) -> bytes:
    """Return everything that is known, with evidence; the first entry is the isolation."""
    report: dict[str, Any] = {
        "isolation": list(grades.isolation),
        "course": grades.course.course.id,
        "seed": grades.seed,
        "versions": versions(),
        "releases": {release.name: release.digest for release in grades.releases},
        "strays": list(grades.strays),
        "changes": [asdict(change) for change in grades.changes],
        "submissions": [_submission(grade, late.get((grade.student, grade.assignment))) for grade in grades.grades],
    }
    return (visible(json.dumps(report, indent=1, ensure_ascii=False)) + "\n").encode()


def _rows(grades: ClassGrades) -> Iterator[tuple[str, ...]]:
    for grade in grades.grades:
        for one in grade.exercises:
            score = "" if one.score is None else f"{one.score:g}"
            known = " ".join(one.misconceptions)
            cells = (grade.student, grade.assignment, one.exercise, score, f"{one.max_score:g}", one.verdict, known)
            yield (*map(defused, cells), defused(_said(one)), f"{one.seconds:g}")


def _said(one: ExerciseGrade) -> str:
    return " ".join(one.message.split())


def _submission(grade: SubmissionGrade, late: Late | None) -> dict[str, Any]:
    lateness = {} if late is None else {"late": asdict(late)}
    return {"score": round(grade.score, 4), "waiting": round(grade.waiting, 4), **lateness, **grade.to_record()}
