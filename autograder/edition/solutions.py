"""The solutions edition, for after the deadline."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from nbformat import NotebookNode

from autograder.build.files import Files
from autograder.build.marking_guide import MARKING_GUIDE
from autograder.build.notebooks import read_masters
from autograder.build.opening import install_cell
from autograder.build.release import as_bytes
from autograder.build.source import make_source
from autograder.course import Course

__all__ = ["solution_files"]

MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")


def solution_files(course: Course, root: Path) -> Files:
    """Return the workbooks with solutions and model answers, without marking guides and without nbgrader's metadata.

    Raises:
        BuildError: A master is faulty.
    """
    masters = read_masters(course, root)
    return {
        PurePosixPath("solutions") / f"{name}.ipynb": as_bytes(
            _for_students(make_source(master, dict(course.workbooks[name].points), [install_cell(course.course)]))
        )
        for name, master in masters.items()
        if course.workbooks[name].points
    }


def _for_students(notebook: NotebookNode) -> NotebookNode:
    for cell in notebook.cells:
        cell.metadata.pop("nbgrader", None)
        lines = [line for line in cell.source.split("\n") if line.strip() not in MARKERS]
        cell.source = "\n".join(lines).split(MARKING_GUIDE)[0].rstrip()
    return notebook
