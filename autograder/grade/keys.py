"""Names for what a grade depends on: the same name, the same grade."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from autograder.grade.release import Release
from autograder.grade.submission import Settings
from autograder.grade.types import Submission

__all__ = ["engine_digest", "submission_basis", "submission_key", "versions"]

# The code that decides about a grade.
ROOMS = {
    "autograder": ("catalogue", "kits", "grade", "sandbox", "masters"),
    "course_utils": ("changes", "checks", "exercises", "kits"),
}
PACKAGES = ("torch", "numpy", "ipython", "nbgrader")


def submission_basis(submission: Submission, release: Release, settings: Settings) -> str:
    """Return the name of what is graded: of the content, the student, the release and the seed."""
    record = {
        **{name: value for name, value in asdict(submission).items() if name != "content"},
        "content": hashlib.sha256(submission.content).hexdigest(),
        "release": release.digest,
        "settings": {name: value for name, value in asdict(settings).items() if name != "limits"},
    }
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def submission_key(basis: str, settings: Settings) -> str:
    """Return the name of a grade: of what is graded, of the limits, and of the engine."""
    limits = json.dumps(asdict(settings.limits), sort_keys=True)
    return hashlib.sha256(f"{basis}\n{limits}\n{engine_digest()}".encode()).hexdigest()


@cache
def engine_digest() -> str:
    """Return a name of the code and the versions that grade, the same on every machine that has them."""
    name = hashlib.sha256(json.dumps(versions()).encode())
    for package, rooms in ROOMS.items():
        root = Path(str(files(package)))
        for path in sorted(path for room in rooms for path in (root / room).rglob("*.py")):
            name.update(f"{path.relative_to(root).as_posix()}\n".encode())
            name.update(path.read_bytes())
    return name.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions that a report names."""
    return {"python": platform.python_version(), **{package: version(package) for package in PACKAGES}}
