"""The page of a class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from autograder.grade.class_grades import ClassGrades
from autograder.grade.engine import versions
from autograder.grade.folder import feedback_path
from autograder.marks.book import ClassBook
from autograder.report.earlier import EarlierTerm
from autograder.report.pages import page
from autograder.report.sheet import Sheet
from autograder.report.summary import summarise
from autograder.report.words import VERDICTS

__all__ = ["class_page"]

FULL = "full:"


@dataclass(frozen=True)
class _Student:
    """One line of the table of the course: who it is, and the marks by assignment."""

    id: str
    sheets: dict[str, Sheet]

    @property
    def total(self) -> float:
        """All marks of the course."""
        return sum(sheet.marks.score for sheet in self.sheets.values())

    @property
    def waiting(self) -> float:
        """Marks that can still be had for answers that wait."""
        return sum(sheet.waiting for sheet in self.sheets.values())


def class_page(
    grades: ClassGrades, sheets: Sequence[Sheet], book: ClassBook, earlier: Sequence[EarlierTerm] = ()
) -> bytes:
    """Return the page: the course, then per assignment the distribution, the exercises, all submissions.

    Args:
        grades: What grading said.
        sheets: The marks, by assignment and student.
        book: The gradebook.
        earlier: Terms to compare with.
    """
    summaries = [summarise(list(group)) for _, group in groupby(sheets, key=lambda sheet: sheet.grade.assignment)]
    found = {one.verdict for grade in grades.grades for one in grade.checked}
    return page(
        "class",
        script="class.js",
        course=grades.course.course.title,
        isolation=" ".join(grades.isolation) or "Nothing was run.",
        warning=" ".join(walls for walls in grades.isolation if not walls.startswith(FULL)),
        total=len(sheets),
        summaries=summaries,
        students=_students(sheets),
        names=book.names,
        most=sum(summary.most for summary in summaries),
        verdicts=[verdict for verdict in VERDICTS if verdict in found],
        links={(grade.student, grade.assignment): quote(feedback_path(grade)) for grade in grades.grades},
        above=[*book.exceptions(), *book.above()],
        earlier=earlier,
        changes=grades.changes,
        strays=list(grades.strays),
        seed=grades.seed,
        versions=versions(),
        releases={release.name: release.digest for release in grades.releases},
    )


def _students(sheets: Sequence[Sheet]) -> list[_Student]:
    found: defaultdict[str, dict[str, Sheet]] = defaultdict(dict)
    for sheet in sheets:
        found[sheet.grade.student][sheet.grade.assignment] = sheet
    return [_Student(student, found[student]) for student in sorted(found)]
