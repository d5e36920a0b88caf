"""All workbooks: read, review, release."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from nbformat import NotebookNode

from autograder.build.master import Master, read_master
from autograder.build.master_faults import BuildError, Fault
from autograder.build.opening import badge, hand_in_cell, install_cell
from autograder.build.release import as_bytes, release
from autograder.build.review import review
from autograder.build.solutions import MARKERS
from autograder.build.source import make_source
from autograder.course import FILE_NAME, NOTEBOOKS, Course, find_root, load_course

__all__ = [
    "MASTERS",
    "build_notebooks",
    "read_masters",
    "release_notebook",
    "source_notebook",
    "without_master",
]

MASTERS = PurePosixPath("autograder/masters")


def build_notebooks(course: Course, root: Path, names: Sequence[str] = ()) -> dict[PurePosixPath, bytes]:
    """Return the student notebooks of the course, by their paths; arguments as `read_masters`.

    Raises:
        BuildError: A master is faulty; nothing is built then.
    """
    masters = read_masters(course, root, names)
    sources = {name: _source(course, master) for name, master in masters.items()}
    released = release(sources)
    left = [
        Fault(masters[name].path, 1, f"`{marker}` is left in the student's notebook")
        for name, notebook in released.items()
        for marker in MARKERS
        if any(marker in cell.source for cell in notebook.cells)
    ]
    if left:
        raise BuildError(left)
    return {PurePosixPath(NOTEBOOKS, name) / f"{name}.ipynb": as_bytes(notebook) for name, notebook in released.items()}


def read_masters(course: Course, root: Path, names: Sequence[str] = ()) -> dict[str, Master]:
    """Read and review masters.

    Args:
        course: The course.
        root: Folder of `course.toml`.
        names: Workbooks; by default all that there are masters of.

    Raises:
        BuildError: A master is missing, is not in `course.toml`, or is faulty; all faults are listed.
    """
    folder = root / MASTERS
    wanted = names or list(course.workbooks.keys() - without_master(course, root))
    faults = [] if names else _strangers(course, folder)
    masters: dict[str, Master] = {}
    for name in sorted(wanted):
        try:
            masters[name] = _read(course, folder / f"{name}.py")
        except BuildError as error:
            faults += error.faults
    if faults:
        raise BuildError(faults)
    return masters


def without_master(course: Course, root: Path) -> list[str]:
    """Return the workbooks that `course.toml` announces and that have no master yet."""
    return [name for name in course.workbooks if not (root / MASTERS / f"{name}.py").is_file()]


def source_notebook(name: str, root: Path | None = None) -> NotebookNode:
    """Return the instructor's notebook of a workbook, with solutions and nbgrader's metadata.

    Args:
        name: Workbook, as in `"02_optimizers"`.
        root: Folder of `course.toml`; found from the working folder if None.

    Raises:
        BuildError: There is no such master, or it is faulty.
        CourseError: `course.toml` is missing or faulty.
    """
    root = root or find_root()
    course = load_course(root)
    master = read_masters(course, root, [name])[name]
    return _source(course, master)


def release_notebook(name: str, root: Path | None = None) -> NotebookNode:
    """Return the student's notebook of a workbook, made afresh; arguments and errors as `source_notebook`."""
    return release({name: source_notebook(name, root)})[name]


def _source(course: Course, master: Master) -> NotebookNode:
    points = dict(course.workbooks[master.name].points)
    before = [*badge(master.name, course.course), install_cell(course.course)]
    return make_source(master, points, before, [hand_in_cell(master.name, course.course)] if points else [])


def _read(course: Course, path: Path) -> Master:
    if not path.is_file() or path.stem not in course.workbooks:
        raise BuildError([Fault(path, 1, f"there is no such master, or [workbooks.{path.stem}] is not in {FILE_NAME}")])
    master = read_master(path)
    faults = review(master, course.workbooks[path.stem].points)
    if faults:
        raise BuildError(faults)
    return master


def _strangers(course: Course, folder: Path) -> list[Fault]:
    strangers = [path for path in sorted(folder.glob("[0-9]*.py")) if path.stem not in course.workbooks]
    return [Fault(path, 1, f"[workbooks.{path.stem}] is not in {FILE_NAME}") for path in strangers]
