"""The process that all workers of this machine are forked from: it imports what grading needs, once, while others work.

Imported before anything large, so that it starts first.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from multiprocessing import forkserver
from typing import Any

from autograder.grade.memory import free_memory
from autograder.sandbox.socket_folder import use_socket_folder
from course_utils.exercises import exercise_ids, package_of

__all__ = ["begin_fork_server", "exercises_in", "workers_for"]

# At least so many, or a worker is not worth its start.
SUBMISSIONS_PER_WORKER = 2
# What the warm process and the fork server take together, and what a submission may.
BYTES_OF_ALL = 1_000_000_000
BYTES_PER_WORKER = 2_000_000_000
# The rest is imported when torch is settled, and by its settings.
PRELOADED = ["autograder.grade.settled", "autograder.grade.local_pool"]


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


def begin_fork_server(exercises: Sequence[str]) -> Any:
    """Start the fork server, if it is not started, without waiting for it; return what makes processes from it.

    Workers are no forks of this process: it may have threads, and what these hold would stay held in a fork.

    Args:
        exercises: The exercises that are judged first. What judges them, all workers share, unless the server was
            started for others.
    """
    context = multiprocessing.get_context("forkserver")
    judges = [f"{package_of(exercise)}.{name}" for exercise in exercises for name in ("answer", "probe")]
    context.set_forkserver_preload([*PRELOADED, *judges])
    use_socket_folder()
    forkserver.ensure_running()
    return context
