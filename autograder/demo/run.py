"""Give out the student's notebook, hand in the demo class, grade it."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from autograder.course import NOTEBOOKS
from autograder.demo.classroom import CLASS, WORKBOOK, hand_in
from autograder.grade.class_grades import ClassGrades
from autograder.grade.classrun import Order, Watcher, grade_class
from autograder.grade.local_pool import local_pool
from autograder.grade.releases import read_releases
from autograder.grade.workers import workers_for
from autograder.sandbox.types import Limits

__all__ = ["run_demo"]

SEED = 0
# Shorter than a class gets, so that nobody waits long for the endless loop.
LIMITS = Limits(cell_s=10.0, probe_s=3.0)


def run_demo(root: Path, out: Path, watcher: Watcher | None = None) -> ClassGrades:
    """Make and grade the demo class.

    Args:
        root: Folder of `course.toml`.
        out: Gets `student` (the notebook that students get), `submitted` and `graded`; what was there is removed.
        watcher: Is told how grading goes on.

    Raises:
        GradingError: The folder cannot be written to, or the notebook is not what its master gives.
    """
    student, submitted, graded = (out / name for name in ("student", "submitted", "graded"))
    for folder in (student, submitted, graded):
        shutil.rmtree(folder, ignore_errors=True)
    released = read_releases([WORKBOOK], root)[WORKBOOK]
    notebook = student / NOTEBOOKS / WORKBOOK / f"{WORKBOOK}.ipynb"
    notebook.parent.mkdir(parents=True)
    notebook.write_bytes(released)
    hand_in(released, submitted)
    order = Order(submitted, graded, root, assignment=WORKBOOK, seed=SEED, limits=LIMITS)
    return grade_class(order, partial(local_pool, workers=workers_for(len(CLASS))), watcher)
