"""Write the student's notebook, hand in the demo class, grade it."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from autograder.build.files import write
from autograder.build.notebooks import build_notebooks
from autograder.course import load_course
from autograder.demo.classroom import WORKBOOK, hand_in
from autograder.grade.class_grades import ClassGrades
from autograder.grade.classrun import Order, Watcher, grade_class
from autograder.grade.local_pool import local_pool, workers_for
from autograder.sandbox.servers import begin_warming
from autograder.sandbox.types import Limits

__all__ = ["run_demo"]

SEED = 0
# As for so many submissions: while one worker waits for the endless loop, another one grades.
ENOUGH_FOR_TWO_WORKERS = 16
# Shorter than a class gets, so that nobody waits long for the endless loop.
LIMITS = Limits(cell_s=10.0, probe_s=3.0)


def run_demo(root: Path, out: Path, watcher: Watcher | None = None) -> ClassGrades:
    """Make and grade the demo class.

    Args:
        root: Folder of `course.toml`.
        out: Gets `student` (what students get), `submitted` and `graded`; what was there of these is removed.
        watcher: Is told how grading goes on.

    Raises:
        GradingError: The folder cannot be written to, or the course is not complete.
    """
    student, submitted, graded = (out / name for name in ("student", "submitted", "graded"))
    for folder in (student, submitted, graded):
        shutil.rmtree(folder, ignore_errors=True)
    begin_warming("full")  # while the notebook is made
    write(build_notebooks(load_course(root), root, [WORKBOOK]), student)
    hand_in((student / "notebooks" / WORKBOOK / f"{WORKBOOK}.ipynb").read_bytes(), submitted)
    order = Order(submitted, graded, root, assignment=WORKBOOK, seed=SEED, limits=LIMITS)
    return grade_class(order, partial(local_pool, workers=workers_for(ENOUGH_FOR_TWO_WORKERS)), watcher)
