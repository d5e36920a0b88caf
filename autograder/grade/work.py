"""A unit of work: one submission in, bytes out. The same function runs here and on any worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from autograder.grade.release import load_release
from autograder.grade.submission import Settings, grade_submission
from autograder.grade.types import Submission
from autograder.sandbox.run import run_submission

__all__ = ["Pool", "Result", "Task", "one_after_the_other", "work"]


@dataclass(frozen=True)
class Task:
    """A submission to grade, with everything that its grade depends on."""

    key: str
    submission: Submission
    release: bytes
    settings: Settings


@dataclass(frozen=True)
class Result:
    """The grade as one line of JSON, and the graded notebook."""

    grade: bytes
    notebook: bytes


# Takes tasks as they come, gives results as they are ready, in any order.
Pool = Callable[[Iterable[Task]], Iterator[Result]]


def work(task: Task) -> Result:
    """Grade one submission behind the walls of this machine."""
    release = load_release(task.submission.assignment, task.release)
    graded = grade_submission(release, task.submission, task.settings, run_submission)
    return Result(replace(graded.grade, key=task.key).to_json(), graded.notebook)


def one_after_the_other(tasks: Iterable[Task]) -> Iterator[Result]:
    """Grade in this process."""
    return map(work, tasks)
