"""Which files of `course_utils` students may have: of the exercises, only what is listed here."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path, PurePath

__all__ = ["EXERCISES", "is_public", "public_files_of_exercises"]

EXERCISES = "exercises"
# In the folder of an exercise, or above it.
PUBLIC = (
    "__init__.py", "probe.py", "probe_*.py", "recorded.json", "recorded.safetensors", "second.json",
    "second.safetensors",
)  # fmt: skip


def is_public(path: PurePath) -> bool:
    """Say whether a file may be given to students.

    Args:
        path: Its path, below the folder that holds `course_utils`.
    """
    if path.parts[:2] != ("course_utils", EXERCISES):
        return True
    return any(fnmatchcase(path.name, pattern) for pattern in PUBLIC) and "__pycache__" not in path.parts


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
