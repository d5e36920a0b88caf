"""Names for what a grade depends on: the same name, the same grade."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from autograder.grade.engine import engine_digest
from autograder.grade.release import Release
from autograder.grade.settings import Settings
from autograder.grade.types import Submission

__all__ = ["submission_basis", "submission_key"]

RULES = ("limits", "library_shares")


def submission_basis(submission: Submission, release: Release, settings: Settings) -> str:
    """Return the name of what is graded: of the content, the student, the release and the seed."""
    record = {
        **{name: value for name, value in asdict(submission).items() if name != "content"},
        "content": hashlib.sha256(submission.content).hexdigest(),
        "release": release.digest,
        "settings": {name: value for name, value in asdict(settings).items() if name not in RULES},
    }
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def submission_key(basis: str, settings: Settings) -> str:
    """Return the name of a grade: of what is graded, of the rules of the course, and of the engine."""
    rules = json.dumps({name: value for name, value in asdict(settings).items() if name in RULES}, sort_keys=True)
    return hashlib.sha256(f"{basis}\n{rules}\n{engine_digest()}".encode()).hexdigest()
