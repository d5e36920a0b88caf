"""The class that both sides grade: 24 submissions of workbook 02."""

from __future__ import annotations

import json

from autograder.course import load_course
from autograder.demo.classroom import CLASS, WORKBOOK
from autograder.grade.settings import settings_of
from autograder.grade.tasks import Task
from autograder.grade.types import Submission

__all__ = ["SEED", "SUBMISSIONS", "make_class", "make_tasks"]

SUBMISSIONS = 24
SEED = 0
# These would measure time limits and a parser, and not grading.
LEFT_OUT = ("endless_loop", "not_a_notebook")


def make_class(released: bytes) -> dict[str, bytes]:
    """Return 24 submissions by student: those of the demo class, more than once."""
    chosen = [demo for demo in CLASS if demo.name not in LEFT_OUT]
    found = {}
    for i in range(SUBMISSIONS):
        notebook = json.loads(released)
        for cell in notebook["cells"]:
            cell["source"] = chosen[i % len(chosen)].sources.get(cell["id"], cell["source"])
        found[f"{chosen[i % len(chosen)].name}_{i:02d}"] = json.dumps(notebook).encode()
    return found


def make_tasks(released: bytes, submitted: dict[str, bytes], seed: int = SEED) -> list[Task]:
    """Return what a worker gets; another seed, other hidden inputs."""
    settings = settings_of(load_course(), seed, "full")
    submissions = [Submission(student, WORKBOOK, f"{WORKBOOK}.ipynb", data) for student, data in submitted.items()]
    return [Task(one.student, one, released, settings) for one in submissions]
