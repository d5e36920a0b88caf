"""Feedback for a class of 200 in five workbooks: a page each, with marks by hand, and an archive for a platform.

One submission per workbook stands for all students: all solutions and model answers, a mistake in each exercise, and a
picture under one solution in five. The gradebook is filled as grading fills it, with a mark and a comment with formulas
for every answer in words. Timed are `autograder feedback` as a command, and again with an archive for Moodle: by the
clock, and (`cpu`) the time of the processor, which other work on the machine leaves as it is. The last line is JSON.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from autograder.course import NOTEBOOKS, find_root, load_course
from autograder.edition.solutions import solution_files
from autograder.grade.executed import executed_notebook
from autograder.grade.folder import open_folder
from autograder.grade.gradebook import enter_class
from autograder.grade.gradebook_file import FILE_NAME, prepare_gradebook
from autograder.grade.late import read_late_rules
from autograder.grade.read import read_notebook
from autograder.grade.rebuild import rebuild
from autograder.grade.release import Release, load_release
from autograder.grade.releases import read_releases
from autograder.grade.types import BY_HAND, Cell, ExerciseGrade, Graded, Numbers, SubmissionGrade
from autograder.importing.origin import FILE_NAME as ORIGIN
from autograder.importing.origin import Origin
from autograder.sandbox.types import CellResult

WORKBOOKS = 5
# One in so many solutions shows a picture; most define something and show nothing.
PICTURES = 5
COMMENT = (
    "You say what happens; say *why*: $$v_{t+1} = \\beta v_t + (1 - \\beta) g_t$$ averages $1 / (1 - \\beta)$ steps."
)
MARKS = "UPDATE grade SET manual_score = 0.5, needs_manual_grade = 0 WHERE auto_score IS NULL"
COMMENTS = "UPDATE comment SET manual_comment = ?"


def graded_once(root: Path, names: list[str]) -> list[Graded]:
    """Return a graded submission per workbook: all solutions and model answers, a mistake in each, and pictures."""
    solved = {path.stem: content for path, content in solution_files(load_course(root), root).items()}
    return [_graded(load_release(name, content), solved[name]) for name, content in read_releases(names, root).items()]


def _graded(release: Release, content: bytes) -> Graded:
    cells = rebuild(release, read_notebook(content, len(content))[0]).cells
    grades = tuple(_grade(cell) for cell in release.graded)
    drawing = [cell for cell in cells if cell.role == "solution" and cell.code][::PICTURES]
    shown = [CellResult(cell.id, "ok", outputs=(_output(),)) for cell in drawing]
    grade = SubmissionGrade("model", release.name, f"{release.name}.ipynb", grades)
    return Graded(grade, executed_notebook(release, cells, shown, grades))


def _grade(cell: Cell) -> ExerciseGrade:
    if cell.role == "manual":
        return ExerciseGrade(cell.exercise, cell.grade_id, BY_HAND, None, cell.points)
    evidence = (Numbers("first parameter after step 1, entry [1, 0]", "0.679096", "0.557216"),)
    return ExerciseGrade(
        cell.exercise, cell.grade_id, "wrong", cell.points / 2, cell.points, (), "The sign is wrong.", evidence
    )


@cache
def _output() -> dict[str, Any]:
    """Return a picture as notebooks show it."""
    figure, axes = plt.subplots()
    axes.plot(np.random.default_rng(0).normal(size=(300, 4)).cumsum(axis=0))
    file = io.BytesIO()
    figure.savefig(file, format="png")
    plt.close(figure)
    data = {"image/png": base64.b64encode(file.getvalue()).decode()}
    return {"output_type": "display_data", "data": data, "metadata": {}}


def fill(folder: Path, root: Path, graded: list[Graded], students: int) -> None:
    """Make the output folder of a graded class."""
    course = load_course(root)
    contents = read_releases([one.grade.assignment for one in graded], root)
    releases = [load_release(name, content) for name, content in contents.items()]
    grades = []
    with open_folder(folder, 1) as out:
        for number in range(students):
            for one in graded:
                grade = replace(one.grade, student=f"st{number:03}", key=f"{number}-{one.grade.assignment}")
                out.keep(Graded(grade, one.notebook))
                grades.append(grade)
                place = folder / "submitted" / grade.student / grade.assignment
                place.mkdir(parents=True)
                name = f"Student {number}_{number}_assignsubmission_file_"
                (place / ORIGIN).write_bytes(Origin("Moodle", name).to_bytes())
    prepare_gradebook(folder / FILE_NAME)
    enter_class(f"sqlite:///{folder / FILE_NAME}", releases, grades, read_late_rules(folder, course))


def mark(folder: Path) -> None:
    """Mark all answers by hand, with a comment each."""
    with sqlite3.connect(folder / FILE_NAME) as database:
        database.execute(MARKS)
        database.execute(COMMENTS, (COMMENT,))


def seconds(*command: str) -> tuple[float, float]:
    """Return how long `autograder` takes with these arguments, by the clock and of a processor."""
    start, used = time.perf_counter(), _processor()
    subprocess.run([sys.executable, "-m", "autograder", *command], check=True, stdout=subprocess.DEVNULL)
    return round(time.perf_counter() - start, 1), round(_processor() - used, 1)


def _processor() -> float:
    """Return the processor time of all commands so far, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=200)
    students = parser.parse_args().students
    root = find_root()
    names = [name for name in load_course(root).assignments if (root / NOTEBOOKS / name).is_dir()][:WORKBOOKS]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made, "grading")
        fill(folder, root, graded_once(root, names), students)
        mark(folder)
        pages_s, pages_cpu_s = seconds("feedback", str(folder))
        both_s, both_cpu_s = seconds("feedback", str(folder), "--zip", "moodle")
        result = {
            "students": students,
            "workbooks": len(names),
            "pages_s": pages_s,
            "pages_cpu_s": pages_cpu_s,
            "pages_and_archives_s": both_s,
            "pages_and_archives_cpu_s": both_cpu_s,
        }
        sizes = sorted(path.stat().st_size for path in (folder / "feedback").rglob("*.html"))
        result |= {
            "pages": len(sizes),
            "page_kb_median": sizes[len(sizes) // 2] // 1000,
            "page_kb_most": sizes[-1] // 1000,
        }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
