"""What the process that grades is started with, and where it says that it stands still."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from autograder.sandbox.host import Strictness

__all__ = ["STATUS", "Job"]

# In the folder of the service: why grading stands still, for the teaching staff; empty while it does not.
STATUS = "grading_status.txt"


@dataclass(frozen=True)
class Job:
    """What the process is started with.

    Args:
        root: Folder of `course.toml`.
        folder: Folder of the service.
        submitted: Folder in nbgrader's layout, for the final run.
        database: Address of the database.
        workers: How many submissions are graded at once; None for as many as this machine has cores and memory for.
        walls: "full", or "weak" to accept that some are missing.
    """

    root: str
    folder: str
    submitted: str
    database: str
    workers: int | None
    walls: Strictness

    def to_json(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps(asdict(self))
