"""Which files are the course's, and which of `course_utils` students may have: of the exercises, only those listed."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path, PurePath

__all__ = ["EXERCISES", "LEFT_BEHIND", "PACKAGES", "is_left_behind", "is_public", "public_files_of_exercises"]

# The folders of the packages, which lie beside each other, found by this file: a folder called `autograder` where a
# command runs, with masters of a course and no code, would make Python take the package for several folders.
PACKAGES = {name: Path(__file__).parents[1] / name for name in ("autograder", "course_utils")}

EXERCISES = "exercises"
# In the folder of an exercise, or above it.
PUBLIC = (
    "__init__.py", "probe.py", "probe_*.py", "recorded.json", "recorded.safetensors", "second.json",
    "second.safetensors",
)  # fmt: skip
# Folders that Python, Jupyter and npm leave beside the files of the course.
LEFT_BEHIND = frozenset({"__pycache__", ".ipynb_checkpoints", "node_modules"})


def is_left_behind(path: PurePath) -> bool:
    """Say whether a file lies in a folder that a program made, and is no part of the course."""
    return not LEFT_BEHIND.isdisjoint(path.parts)


def is_public(path: PurePath) -> bool:
    """Say whether a file may be given to students.

    Args:
        path: Its path, below the folder that holds `course_utils`.
    """
    if path.parts[:2] != ("course_utils", EXERCISES):
        return True
    return any(fnmatchcase(path.name, pattern) for pattern in PUBLIC) and not is_left_behind(path)


def public_files_of_exercises(package: Path) -> tuple[str, ...]:
    """Return the paths of the exercises' files that students may have, below the folder of the exercises.

    Args:
        package: The folder of `course_utils`.
    """
    folder = package / EXERCISES
    return tuple(
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and is_public(PurePath("course_utils", path.relative_to(package)))
    )
