"""Write the student edition, hand in the demo class, grade it."""

from __future__ import annotations

import shutil
from pathlib import Path

from autograder.course import load_course
from autograder.demo.classroom import WORKBOOK, hand_in
from autograder.edition import student_files, write_edition
from autograder.grade.class_grades import ClassGrades
from autograder.grade.classrun import Order, Watcher, grade_class
from autograder.grade.grading_task import in_this_process
from autograder.sandbox.types import Limits

__all__ = ["run_demo"]

SEED = 0
# Shorter than a class gets, so that nobody waits long for the endless loop.
LIMITS = Limits(cell_s=10.0, probe_s=3.0)


def run_demo(root: Path, out: Path, watcher: Watcher | None = None) -> ClassGrades:
    """Make and grade the demo class.

    Args:
        root: Folder of `course.toml`.
        out: Gets `student` (the student edition, and a zip of it), `submitted` and `graded`; what was there of these is
            removed.
        watcher: Is told how grading goes on.

    Raises:
        GradingError: The folder cannot be written to, or the course is not complete.
    """
    student, submitted, graded = (out / name for name in ("student", "submitted", "graded"))
    for folder in (student, submitted, graded):
        shutil.rmtree(folder, ignore_errors=True)
    write_edition(student_files(load_course(root), root), student)
    hand_in((student / "notebooks" / WORKBOOK / f"{WORKBOOK}.ipynb").read_bytes(), submitted)
    order = Order(submitted, graded, root, assignment=WORKBOOK, seed=SEED, limits=LIMITS)
    return grade_class(order, in_this_process, watcher)
