"""All generated files of the course."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from autograder.build.cell_lists import build_cell_lists
from autograder.build.conventions import build_conventions
from autograder.build.hints import build_hints
from autograder.build.notebooks import build_notebooks, read_masters
from autograder.build.recorded import build_recorded
from autograder.course import Course

__all__ = ["build_all", "build_texts"]


def build_all(course: Course, root: Path, names: Sequence[str] = ()) -> dict[PurePosixPath, bytes]:
    """Return every generated file by its path below `root`; nothing is written.

    Args:
        course: The course.
        root: Folder of `course.toml`.
        names: Workbooks to build; by default all that there are masters of.

    Raises:
        BuildError: A master is missing or faulty.
    """
    wanted = {name: workbook for name, workbook in course.workbooks.items() if not names or name in names}
    recorded = build_recorded(course.model_copy(update={"workbooks": wanted}))
    return {**build_texts(course, root, names), **recorded}


def build_texts(course: Course, root: Path, names: Sequence[str] = ()) -> dict[PurePosixPath, bytes]:
    """Return the same without the recorded checks, which take minutes."""
    notebooks = build_notebooks(course, root, names)
    pages = {} if names else build_conventions(root)
    hints = build_hints(read_masters(course, root, names))
    return {**notebooks, **build_cell_lists(notebooks), **hints, **pages}
