"""What an instructor has and does in a term: the folder of the class, and the commands that are run there."""

import csv
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from nbgrader.api import Gradebook

from tests.grade import mini
from tests.term import school

ROOT = Path(__file__).parents[2]
NAME = mini.NAME


class Term:
    """The instructor's folder, and the commands that are run there."""

    def __init__(self, root):
        self.root, self.folder = mini.make_course(root), root / "grading"
        for name in ("LICENSE", "pyproject.toml"):
            shutil.copy(ROOT / name, root)
        for name in ("course_utils", "data_scripts", "docs"):
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        self.students = school.people()
        (root / "roster.csv").write_text(school.roster(self.students), encoding="utf-8")

    def run(self, *arguments, status=0):
        result = subprocess.run(
            [sys.executable, "-P", "-m", "autograder", *map(str, arguments)],
            cwd=self.root,
            env={**os.environ, "TZ": "UTC"},
            capture_output=True,
            text=True,
            timeout=900,
        )
        assert result.returncode == status, result.stdout[-3000:] + result.stderr[-3000:]
        return result

    def grade(self, *options):
        return self.run("grade", self.folder / "submitted", "--out", self.folder, "--workers", 2, *options)

    def first(self, kind):
        return next(one for one in self.students if one.kind == kind)

    def book(self):
        return Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}", "mini")

    def manual(self):
        with self.book() as book:
            return {
                one.student_id: grade.manual_score
                for one in book.assignment_submissions(NAME)
                for grade in one.notebooks[0].grades
                if grade.manual_score is not None
            }

    def pages(self):
        """The feedback pages, by student."""
        return {path.parts[-3]: path.read_text() for path in (self.folder / "feedback").glob("*/*/*.html")}

    def exported(self, *options):
        """The rows of an exported table."""
        self.run("export", self.folder, "--out", "totals.csv", "--roster", "roster.csv", *options)
        with (self.root / "totals.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))

    def edition(self, folder):
        """Release the student edition, and unpack it as students do."""
        self.run("release", "--out", "build/student")
        with zipfile.ZipFile(self.root / "build" / "student.zip") as archive:
            archive.extractall(folder)
        return folder / "student"

    def due(self, when):
        """Put due date and policy into the course: a day costs all marks."""
        with (self.root / "course.toml").open("a") as file:
            file.write(f"[late]\nper_day = 100\n[late.due]\n{NAME} = {when.isoformat()}\n")
