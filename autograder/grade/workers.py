"""How many workers a run gets, and what they are forked from: it imports what grading needs while others work.

Imported before anything large, so that it starts first.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence

from autograder.grade.memory import free_memory
from autograder.sandbox.host import WarmProcess
from autograder.sandbox.servers import begin_warming
from course_utils.exercises import exercise_ids, package_of

__all__ = ["begin_workers", "exercises_in", "workers_for"]

# At least so many, or a worker is not worth its start.
SUBMISSIONS_PER_WORKER = 2
# What the warm process and the one that workers are forked from take together, and what a submission may.
BYTES_OF_ALL = 1_000_000_000
BYTES_PER_WORKER = 2_000_000_000


def workers_for(submissions: int) -> int:
    """Return how many workers are worth starting on this machine, and have the memory that they may need."""
    cores = len(os.sched_getaffinity(0))
    free = free_memory()
    room = cores if free is None else (free - BYTES_OF_ALL) // BYTES_PER_WORKER
    return max(1, min(cores, room, submissions // SUBMISSIONS_PER_WORKER))


def exercises_in(assignment: str) -> tuple[str, ...]:
    """Return the exercises whose folder has the name of an assignment: `optimizers` for `02_optimizers`."""
    folder = assignment.partition("_")[2]
    return tuple(one for one in exercise_ids() if package_of(one).split(".")[-2] == folder)


def begin_workers(exercises: Sequence[str]) -> WarmProcess:
    """Start the warm process, if there is none, and let its trusted forks import all, without waiting for either.

    Workers are no forks of this process: it may have threads, and what these hold would stay held in a fork.

    Args:
        exercises: The exercises that are judged first. What judges them, all workers share, unless they were begun for
            others.

    Raises:
        Broken: What was just started has ended.
    """
    warm = begin_warming("full")
    warm.forks.prepare(_get_ready, tuple(exercises))
    return warm


def _get_ready(exercises: tuple[str, ...]) -> None:
    gc.disable()  # nothing that is imported here is garbage; workers begin to collect theirs
    from autograder.grade.grading_task import rehearse

    rehearse(exercises)
