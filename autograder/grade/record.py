"""Everything that a run leaves behind: tables, pages, feedback, and the gradebook."""

from __future__ import annotations

import csv
import gc
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, astuple, fields, replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy.orm import configure_mappers

from autograder.grade.class_grades import ClassGrades
from autograder.grade.earlier_grades import Change
from autograder.grade.engine import versions
from autograder.grade.files import write_all
from autograder.grade.gradebook import enter_class
from autograder.grade.gradebook_file import FILE_NAME, prepare_gradebook, version_of_schema
from autograder.grade.late import read_late_rules
from autograder.grade.types import ExerciseGrade
from autograder.grade.visible import visible
from autograder.marks.book import read_book
from autograder.marks.decisions import apply_decisions
from autograder.marks.keep import keep_marks
from autograder.marks.read import MarkedAnswer
from autograder.report.cells import defused
from autograder.report.class_page import class_page
from autograder.report.earlier import read_earlier
from autograder.report.feedback import feedback_pages
from autograder.report.pages import prepare_pages
from autograder.report.sheet import Sheet, sheets_of

__all__ = ["COLUMNS", "changes_csv", "get_ready", "grades_csv", "record", "report_json"]

COLUMNS = ("student", "assignment", "exercise", "score", "max_score", "verdict", "misconception", "message", "seconds")


@cache
def get_ready() -> None:
    """Do what reports need and no grade changes, once: seconds, in which others start and grade."""
    configure_mappers()
    version_of_schema()
    prepare_pages()
    gc.freeze()  # to look through all of this again and again would take half as long as writing


def record(folder: Path, grades: ClassGrades, earlier: Sequence[Path] = ()) -> None:
    """Write all reports of a class into `folder`, and its marks into the gradebook there.

    Args:
        folder: The output folder.
        grades: The grades.
        earlier: Reports of earlier terms to compare with.

    Raises:
        GradingError: The gradebook cannot be written, or a rule for lateness or an earlier report cannot be used.
    """
    prepare_gradebook(folder / FILE_NAME)
    url = f"sqlite:///{folder.resolve() / FILE_NAME}"
    rules = read_late_rules(folder, grades.course)
    compared = [read_earlier(path, grades.course.course.id) for path in earlier]
    enter_class(url, grades.releases, grades.grades, rules, grades.only, fresh=grades.fresh, names=grades.names)
    apply_decisions(folder)
    keep_marks(folder)
    book = read_book(folder, grades.course, grades.course.assignments)
    sheets = sheets_of(grades.course, grades.grades, book)
    strays = (*grades.strays, *rules.extensions.unknown({student for student, _ in book.marks}))
    told = replace(grades, strays=strays)
    files = {
        "grades.csv": grades_csv(grades),
        "changes.csv": changes_csv(grades),
        "report.json": report_json(told, sheets),
        "index.html": class_page(told, sheets, book, compared),
    }
    write_all(folder, chain(files.items(), feedback_pages(folder, sheets)))


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


def report_json(grades: ClassGrades, sheets: Sequence[Sheet]) -> bytes:
    """Return everything that is known, with evidence; the first entry is the isolation."""
    report: dict[str, Any] = {
        "isolation": list(grades.isolation),
        "course": grades.course.course.id,
        "seed": grades.seed,
        "versions": versions(),
        "releases": {release.name: release.digest for release in grades.releases},
        "strays": list(grades.strays),
        "changes": [asdict(change) for change in grades.changes],
        "submissions": [_submission(sheet) for sheet in sheets],
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


def _submission(sheet: Sheet) -> dict[str, Any]:
    """Return what is known of a submission: `score` counts, marks by hand and lateness included."""
    late = {} if sheet.marks.late is None else {"late": asdict(sheet.marks.late)}
    by_hand = [_by_hand(row.hand) for row in sheet.rows if row.hand]
    numbers = {"score": sheet.marks.score, "most": sheet.most, "waiting": sheet.waiting}
    rounded = {name: round(value, 4) for name, value in numbers.items()}
    return {**rounded, **late, "by_hand": by_hand, **sheet.grade.to_record()}


def _by_hand(answer: MarkedAnswer) -> dict[str, Any]:
    return {**asdict(answer), "when": answer.when.isoformat() if answer.when else None}
