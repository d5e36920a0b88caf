"""Find what was handed in, in nbgrader's layout STUDENT/ASSIGNMENT/NOTEBOOK.ipynb. Follows no link, opens no device."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz

from autograder.grade.file_names import is_notebook
from autograder.grade.gradebook_file import CONFIG_NAME, FILE_NAME
from autograder.grade.large_files import AS_LARGE, without_outputs
from autograder.grade.read import tidy
from autograder.grade.release import Release
from autograder.grade.times import time_of
from autograder.grade.types import GradingError, Submission
from autograder.grade.worked import worked_on

__all__ = ["LATE", "OF_NBGRADER", "TIMESTAMP", "Collected", "Found", "collect", "load"]

TIMESTAMP = "timestamp.txt"
LAYOUT = "STUDENT/ASSIGNMENT/NOTEBOOK.ipynb"
MAX_OTHERS = 5
# So far below the folder of an assignment a notebook is looked for, where none lies in it, in so many folders.
MAX_BELOW, MAX_FOLDERS = 3, 100
MAX_LOOKED_INTO = 10
# What a platform says of lateness where it does not tell the time.
LATE = "late.txt"
# What lies in nbgrader's folder of a class, beside the folder of the submissions.
OF_NBGRADER = (CONFIG_NAME, FILE_NAME)
# nbgrader's gradebook keeps this many characters of a student's id.
LONGEST_ID = 128


@dataclass(frozen=True)
class Found:
    """Where a submission lies; nothing of it has been read."""

    student: str
    folder: Path

    @property
    def assignment(self) -> str:
        """Name of the assignment."""
        return self.folder.name


@dataclass(frozen=True)
class Collected:
    """The submissions, sorted by student and assignment, and a line for everything that is not one."""

    found: tuple[Found, ...]
    strays: tuple[str, ...]


def collect(folder: Path, assignments: Container[str]) -> Collected:
    """Find all submissions below `folder`.

    Args:
        folder: Holds one folder per student.
        assignments: Names of the assignments to collect.

    Raises:
        GradingError: There is no such folder, or no submission in it.
    """
    if zipfile.is_zipfile(folder):
        raise GradingError(f"{folder} is an archive; `autograder import` unpacks it into folders")
    if not folder.is_dir():
        raise GradingError(f"there is no folder {folder}; give the folder that holds one folder per student")
    if any((folder / name).exists() for name in OF_NBGRADER):
        raise GradingError(
            f"{folder} is the folder of a class, not that of its submissions; give {folder / 'submitted'}"
        )
    strays: list[str] = []
    found: list[Found] = []
    for student in _entries(folder):
        complaint = _not_a_student(student)
        if complaint:
            strays.append(complaint)
            continue
        for path in _entries(student):
            if path.name in assignments and (path.is_symlink() or not path.is_dir()):
                strays.append(f"{student.name}/{path.name} is a link or a file, not a folder; it was left aside.")
            elif path.name in assignments:
                found.append(Found(student.name, path))
            elif path.is_file() and is_notebook(path.name):
                strays.append(
                    f"{student.name}/{tidy(path.name, 200)} lies beside the folders of assignments; it was left aside. "
                    f"The layout is {LAYOUT}."
                )
    if not found:
        raise GradingError(f"there is no submission in {folder}; the layout is {LAYOUT}")
    return Collected(tuple(found), tuple(strays))


def load(found: Found, release: Release, max_bytes: int) -> Submission:
    """Read a submission; what cannot be read becomes its problem.

    Where no notebook lies in the folder itself, those in folders below it count: so an archive leaves them that was
    unpacked. Of several notebooks the one is taken that has most of its exercises worked on, and of equal ones the one
    that is called most like the assignment.

    Args:
        found: Where it lies.
        release: The released notebook of the assignment.
        max_bytes: How large a notebook may be without its outputs.
    """
    student, assignment = found.student, found.assignment
    when = _line(found.folder / TIMESTAMP)
    notebooks = _notebooks(found.folder, assignment)
    if not notebooks:
        problem = f"No notebook was handed in: there is no .ipynb file in {assignment}{_only(found.folder)}."
        return Submission(student, assignment, problem=problem, submitted_at=when)
    wanted = f"{assignment}.ipynb"
    path, content, problem = _best(notebooks, wanted, release, max_bytes)
    name = _name(path, found.folder)
    notes = [f"The file is called {name!r}, not {wanted!r}."] if name != wanted else []
    if when and time_of(when) is None:
        notes.append(f"{TIMESTAMP} says {tidy(when, 100)!r}, which is no date and time; it counts as not late.")
    if late := _line(found.folder / LATE):
        notes.append(late)
    if others := [_name(other, found.folder) for other in notebooks if other != path]:
        more = [f"and {len(others) - MAX_OTHERS} more"] if len(others) > MAX_OTHERS else []
        named = ", ".join([*map(repr, others[:MAX_OTHERS]), *more])
        notes.append(f"{name!r} was graded; left aside: {named}.")
    return Submission(
        student=student,
        assignment=assignment,
        file_name=name,
        content=content,
        problem=problem,
        notes=tuple(notes),
        submitted_at=when,
    )


def _notebooks(folder: Path, assignment: str) -> list[Path]:
    """Return the notebooks in the folder of a submission; where there are none, those in folders below it."""
    level, left = [folder], MAX_FOLDERS
    for _ in range(1 + MAX_BELOW):
        there = [path for one in level[:left] for path in _entries(one)]
        if notebooks := [path for path in there if is_notebook(path.name, [assignment])]:
            return notebooks
        left = max(left - len(level), 0)
        level = [path for path in there if path.is_dir() and not path.is_symlink() and path.name != "__MACOSX"]
    return []


def _name(path: Path, folder: Path) -> str:
    return tidy(path.relative_to(folder).as_posix(), 200)


def _only(folder: Path) -> str:
    """Return the end of a sentence on what lies in a folder without a notebook."""
    there = [path for path in _entries(folder) if path.name not in (TIMESTAMP, LATE)]
    if not there:
        return ""
    more = f" and {len(there) - MAX_OTHERS} more" if len(there) > MAX_OTHERS else ""
    archive = any(path.suffix.lower() == ".zip" for path in there)
    advice = "; `autograder import` looks into archives" if archive else ""
    return f", only {', '.join(repr(tidy(path.name, 200)) for path in there[:MAX_OTHERS])}{more}{advice}"


def _best(notebooks: list[Path], wanted: str, release: Release, max_bytes: int) -> tuple[Path, bytes, str]:
    """Return the notebook to grade, its content, and why it cannot be read."""
    likely = sorted(notebooks, key=lambda path: -fuzz.ratio(path.name, wanted))[:MAX_LOOKED_INTO]
    best: tuple[Path, bytes, str] | None = None
    most = -1
    for path in likely:
        content, problem = _read_notebook(path, max_bytes)
        done = worked_on(release, content, max_bytes) if len(likely) > 1 and not problem else 0
        if best is None or done > most:
            best, most = (path, content, problem), done
    assert best is not None
    return best


def _read_notebook(path: Path, max_bytes: int) -> tuple[bytes, str]:
    """Return a notebook, without its outputs where it is too large with them, or the reason why there is none."""
    content, problem = _read(path, AS_LARGE * max_bytes)
    return (content if problem else without_outputs(content, max_bytes)), problem


def _read(path: Path, max_bytes: int) -> tuple[bytes, str]:
    """Return the bytes of a plain file, or the reason why there are none."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        reason = f"The file cannot be read: {error.strerror}."
        return b"", "The file is a link; links are not followed." if path.is_symlink() else reason
    try:
        problem = _not_plain(path, os.fstat(handle), max_bytes)
        return (b"", problem) if problem else (_all_bytes(handle, max_bytes + 1), "")
    except OSError as error:
        return b"", f"The file cannot be read: {error.strerror}."
    finally:
        os.close(handle)


def _not_plain(path: Path, status: os.stat_result, max_bytes: int) -> str:
    if not stat.S_ISREG(status.st_mode):
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "not a plain file"
        return f"What is called {tidy(path.name, 200)!r} is {what}."
    if status.st_size > max_bytes:
        return f"The file has {status.st_size:,} bytes; at most {max_bytes:,} are read."
    return ""


def _all_bytes(handle: int, most: int) -> bytes:
    content = b""
    while len(content) < most and (piece := os.read(handle, most - len(content))):
        content += piece
    return content


def _line(path: Path) -> str:
    content, problem = _read(path, 1_000)
    return "" if problem else tidy(content.decode("utf-8", "replace"), 100).strip()


def _not_a_student(path: Path) -> str:
    name = tidy(path.name, 200)
    if path.is_symlink():
        return f"{name!r} is a link; links are not followed."
    if not path.is_dir():
        return f"{name!r} lies beside the students' folders; it was left aside."
    if not os.access(path, os.R_OK | os.X_OK):
        return f"The folder {name!r} cannot be looked into; it was left aside."
    if name != path.name or len(name) > LONGEST_ID:
        return f"The folder {name!r} has a name that cannot be a student's id; it was left aside."
    return ""


def _entries(folder: Path) -> list[Path]:
    """Return what lies in a folder, hidden files left out; nothing where it cannot be looked into."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return []
