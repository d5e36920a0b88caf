"""A unit of work: one submission in, bytes out. The same function runs here and on any worker."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial

import torch
from threadpoolctl import threadpool_limits

from autograder.grade.release import load_release
from autograder.grade.submission import Settings, failed, grade_submission
from autograder.grade.types import GradingError, Submission
from autograder.sandbox.host import WallsMissing
from autograder.sandbox.run import run_submission

__all__ = ["ATTEMPTS", "OpenPool", "Pool", "Result", "Task", "in_this_process", "report_failure", "work"]

log = logging.getLogger(__name__)

ATTEMPTS = 3


@dataclass(frozen=True)
class Task:
    """A submission to grade, with everything that its grade depends on."""

    key: str
    submission: Submission
    release: bytes
    settings: Settings


@dataclass(frozen=True)
class Result:
    """The grade as one line of JSON, and the graded notebook.

    A grade without a key is not for the journal: it says that grading itself failed, and is tried again next time.
    """

    grade: bytes
    notebook: bytes


# Takes tasks as they come, gives results as they are ready, in any order.
Pool = Callable[[Iterable[Task]], Iterator[Result]]
# `open_pool(number of submissions)` gives a pool for as long as it is open.
OpenPool = Callable[[int], AbstractContextManager[Pool]]


def work(task: Task) -> Result:
    """Grade one submission behind the walls of this machine; if grading itself fails, again, and then report that.

    Raises:
        GradingError: This machine cannot build the walls.
    """
    _settle()
    release = load_release(task.submission.assignment, task.release)
    run = partial(run_submission, walls=task.settings.walls)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            graded = grade_submission(release, task.submission, task.settings, run)
            return Result(replace(graded.grade, key=task.key).to_json(), graded.notebook)
        except WallsMissing as error:
            raise GradingError(
                f"{error}\nrun `autograder doctor` to see what to install, or accept the risk with --weak-walls"
            ) from error
        except Exception as error:
            log.warning("attempt %d at %s failed: %r", attempt, task.submission.student, error)
            reason = f"{type(error).__name__}: {error}"
    return report_failure(task, reason)


def report_failure(task: Task, reason: str) -> Result:
    """Return the result of a submission that could not be graded for a reason that is not in it."""
    graded = failed(load_release(task.submission.assignment, task.release), task.submission, reason)
    return Result(graded.grade.to_json(), graded.notebook)


@contextmanager
def in_this_process(submissions: int) -> Iterator[Pool]:
    """Grade one after the other, here."""
    yield partial(map, work)


@cache
def _settle() -> None:
    # Sums in another order differ in the last digit, and reports must not depend on the machine's cores.
    torch.set_num_threads(1)
    threadpool_limits(1)
    # What is imported by now stays; looking through it again and again took longer than grading.
    gc.collect()
    gc.freeze()
