"""A pool of processes on this machine, all forked from one that has imported what grading needs.

A worker gets a submission as bytes and gives bytes back; it holds no gradebook and writes nothing. All workers fork
their submissions from clones of one warm process, so that a further worker costs neither a start nor much memory.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from functools import partial

from pebble import ProcessExpired, ProcessPool

from autograder.grade.grading_task import ATTEMPTS, Pool, Task, grade_task, report_failure, settle
from autograder.grade.memory import free_memory
from autograder.grade.types import Graded
from autograder.sandbox.servers import begin_warming, use_warm_process
from autograder.sandbox.walls import linux

__all__ = ["local_pool", "workers_for"]

Do = Callable[[Task], Graded]
SUBMISSIONS_PER_WORKER = 8
# What the warm process and the one that workers are forked from take together, and what a submission may.
BYTES_OF_ALL = 1_000_000_000
BYTES_PER_WORKER = 2_000_000_000
PRELOADED = ["torch", "autograder.grade.local_pool"]


def workers_for(submissions: int) -> int:
    """Return how many workers are worth starting on this machine, and have the memory that they may need."""
    cores = len(os.sched_getaffinity(0))
    free = free_memory()
    room = cores if free is None else (free - BYTES_OF_ALL) // BYTES_PER_WORKER
    return max(1, min(cores, room, submissions // SUBMISSIONS_PER_WORKER))


@contextmanager
def local_pool(submissions: int, *, workers: int, do: Do = grade_task) -> Iterator[Pool]:
    """Start workers for as long as the pool is open; those that die are replaced.

    Args:
        submissions: How many submissions there are.
        workers: How many workers, one process each.
        do: What they do.
    """
    address = begin_warming("full")
    # Not forks of this process: it may have threads, and what these hold would stay held in a fork.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    pool = ProcessPool(max_workers=workers, context=context, initializer=_begin, initargs=(address,))
    try:
        yield partial(_grade, pool, workers, do)
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _begin(address: str) -> None:
    """Make a new worker ready: it ends with the client, which alone decides when to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    use_warm_process(address, "full")
    settle()


def _grade(pool: ProcessPool, workers: int, do: Do, tasks: Iterable[Task]) -> Iterator[Graded]:
    """Keep two submissions per worker under way; more would only fill memory."""
    source = iter(tasks)
    waiting: dict[Future[Graded], tuple[Task, int]] = {}

    def submit(task: Task | None, attempt: int = 1) -> None:
        if task is not None:
            waiting[pool.schedule(do, args=(task,))] = task, attempt

    for _ in range(2 * workers):
        submit(next(source, None))
    while waiting:
        for future in wait(waiting, return_when=FIRST_COMPLETED).done:
            task, attempt = waiting.pop(future)
            try:
                graded = future.result()
            except ProcessExpired:
                if attempt < ATTEMPTS:
                    submit(task, attempt + 1)
                    continue
                graded = report_failure(task, f"the worker that graded it died {ATTEMPTS} times")
            submit(next(source, None))
            yield graded
