"""A course of two workbooks and its gradebook, filled through nbgrader's own interface."""

import csv
import shutil

import pytest
from nbgrader.api import Gradebook

from autograder.exporting import ExportOrder, export_grades
from autograder.grade.gradebook_file import prepare_gradebook

COURSE = """
[course]
id = "two"
title = "Two workbooks"

[workbooks.01_first]
title = "First steps"

[workbooks.01_first.points]
walk = 3
why = { manual = 2 }

[workbooks.02_second]
title = "Second steps"

[workbooks.02_second.points]
run = 4
"""
CELLS = {"01_first": {"check-walk": 3, "why": 2}, "02_second": {"check-run": 4}}


class Class:
    """A gradebook, and exporting it."""

    def __init__(self, folder):
        self.folder, self.results = folder, folder / "results"

    def make(self):
        (self.folder / "course.toml").write_text(COURSE)
        self.results.mkdir()
        prepare_gradebook(self.results / "gradebook.db")
        with self.book() as book:
            for name, cells in CELLS.items():
                book.add_assignment(name)
                book.add_notebook(name, name)
                for cell, points in cells.items():
                    book.add_grade_cell(cell, name, name, max_score=points, cell_type="code")

    def book(self):
        return Gradebook(f"sqlite:///{self.results / 'gradebook.db'}", "two")

    def mark(self, *entries):
        """Enter (student, assignment, marks, penalty); marks are (auto, manual, extra credit) by cell.

        An answer without any mark waits.
        """
        with self.book() as book:
            for student, assignment, marks, penalty in entries:
                book.update_or_create_student(student)
                (notebook,) = book.update_or_create_submission(assignment, student).notebooks
                notebook.late_submission_penalty = penalty
                for grade in notebook.grades:
                    grade.auto_score, grade.manual_score, grade.extra_credit = marks.get(grade.name, (None, None, None))
                    grade.needs_manual_grade = grade.auto_score is None and grade.manual_score is None
            book.db.commit()

    def sums(self):
        """The scores as nbgrader itself adds them up."""
        with self.book() as book:
            return {
                (one.student.id, assignment.name): max(0.0, one.score - one.late_submission_penalty)
                for assignment in book.assignments
                for one in book.assignment_submissions(assignment.name)
            }

    def export(self, roster="", **options):
        out = self.folder / "out.csv"
        if roster:
            (self.folder / "roster.csv").write_text(roster, encoding="utf-8")
            options["roster"] = self.folder / "roster.csv"
        report = export_grades(ExportOrder(self.results, out, self.folder, **options))
        with out.open(encoding="utf-8-sig", newline="") as file:
            return report, list(csv.reader(file))


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A class without marks, and one with some."""
    empty, some = (Class(tmp_path_factory.mktemp(name)) for name in ("empty", "some"))
    empty.make()
    shutil.copytree(empty.folder, some.folder, dirs_exist_ok=True)
    some.mark(
        ("lm", "01_first", {"check-walk": (3, None, None), "why": (None, 1.5, None)}, None),
        ("lm", "02_second", {"check-run": (2.5, None, None)}, 1),
        ("jm", "01_first", {"check-walk": (1, None, None)}, None),
        ("ob", "02_second", {"check-run": (1, None, 0.5)}, 9),
    )
    return empty, some


def copy(one, folder):
    shutil.copytree(one.folder, folder, dirs_exist_ok=True)
    return Class(folder)


@pytest.fixture
def group(made, tmp_path):
    return copy(made[0], tmp_path)


@pytest.fixture
def marked(made, tmp_path):
    return copy(made[1], tmp_path)
