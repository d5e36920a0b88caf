"""The page of a class."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from urllib.parse import quote

from autograder.grade.class_grades import ClassGrades
from autograder.grade.engine import versions
from autograder.grade.folder import feedback_path
from autograder.grade.late import Lateness
from autograder.report.pages import page
from autograder.report.summary import summarise
from autograder.report.words import VERDICTS

__all__ = ["class_page"]


def class_page(grades: ClassGrades, lateness: Lateness) -> bytes:
    """Return the page: per assignment the distribution, the exercises, the misconceptions, all submissions."""
    workbooks = grades.course.workbooks
    summaries = [
        summarise(name, workbooks[name].title, list(group))
        for name, group in groupby(grades.grades, key=lambda grade: grade.assignment)
    ]
    found = {one.verdict for grade in grades.grades for one in grade.checked}
    late: defaultdict[str, list[str]] = defaultdict(list)
    for (student, assignment), one in lateness.items():
        late[assignment].append(f"{student}: {one}.")
    return page(
        "class",
        course=grades.course.course.title,
        isolation=" ".join(grades.isolation) or "Nothing was run.",
        warning="",
        total=len(grades.grades),
        summaries=summaries,
        verdicts=[verdict for verdict in VERDICTS if verdict in found],
        links={(grade.student, grade.assignment): quote(feedback_path(grade)) for grade in grades.grades},
        late=late,
        lateness=lateness,
        changes=grades.changes,
        strays=grades.strays,
        seed=grades.seed,
        versions=versions(),
        releases={release.name: release.digest for release in grades.releases},
    )
