"""Masters and answers -> the student's notebooks, the recorded checks, and nbgrader's source notebooks."""

from pathlib import Path, PurePosixPath

from autograder.build.checkdata import build_checkdata
from autograder.build.files import drift, write
from autograder.build.notebooks import build_notebooks, release_notebook, source_notebook
from autograder.build.problems import BuildError, Problem
from autograder.course import Course

__all__ = [
    "BuildError",
    "Problem",
    "build_all",
    "drift",
    "release_notebook",
    "source_notebook",
    "write",
]


def build_all(course: Course, root: Path) -> dict[PurePosixPath, bytes]:
    """Return every generated file by its path below `root`; nothing is written.

    Raises:
        BuildError: A master is faulty.
    """
    return {**build_notebooks(course, root), **build_checkdata(course)}
