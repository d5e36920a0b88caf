"""The packages that grading needs elsewhere: those of the notebooks, and of the instructor's only what is imported."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path

from autograder.course import CourseError

__all__ = ["constraints", "requirements"]

NAME = re.compile(r"[A-Za-z0-9._-]+")


def requirements(root: Path, imported: Iterable[str]) -> str:
    """Return the lines of a requirements file.

    Args:
        root: Folder of `course.toml`, with `pyproject.toml` beside it.
        imported: The packages that are imported besides those of the notebooks.

    Raises:
        CourseError: `pyproject.toml` is missing or has no such lists.
    """
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        always, instructor = project["dependencies"], project["optional-dependencies"]["instructor"]
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise CourseError(f"{root / 'pyproject.toml'} does not say what grading needs: {error}") from error
    known = packages_distributions()
    wanted = {_plain(name) for package in imported for name in known.get(package, ())}
    lines = [*always, *(line for line in instructor if _plain(line) in wanted)]
    return "\n".join(lines) + "\n"


def constraints(root: Path) -> bytes:
    """Return the versions that the course is tested with.

    Raises:
        CourseError: They are missing.
    """
    path = root / "constraints.txt"
    if not path.is_file():
        raise CourseError(f"{path} is missing; a package needs the versions that the course is tested with")
    return path.read_bytes()


def _plain(requirement: str) -> str:
    found = NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", found[0] if found else "").lower()
