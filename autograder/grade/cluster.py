"""A pool of Dask workers: on this machine, or on a cluster that already runs.

A worker gets a submission as bytes and gives bytes back; it holds no gradebook and writes nothing. The code, answers
included, has to be installed where the workers are, in the same version: that is checked before anything is graded.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from functools import partial
from tempfile import TemporaryDirectory

import dask.config
from distributed import Client, Future, KilledWorker, LocalCluster, as_completed

from autograder.grade.engine import engine_digest
from autograder.grade.grading_task import ATTEMPTS, Pool, Task, grade_task, report_failure
from autograder.grade.memory import free_memory
from autograder.grade.types import Graded, GradingError

__all__ = ["existing_cluster", "local_cluster", "workers_for"]

Do = Callable[[Task], Graded]
SETTINGS = {
    # A submission whose worker dies goes to another worker twice.
    "distributed.scheduler.allowed-failures": ATTEMPTS - 1,
    # Nothing waits on a worker that is busy, so that only the running submission is blamed for its worker's death.
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.worker.daemon": False,
    # What watches and rebalances long analyses took a tenth of a core per worker, and has nothing to do here.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.tick.interval": "1s",
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.active-memory-manager.start": False,
    # Web pages about the run, open to everybody on this machine.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.admin.large-graph-warning-threshold": "1GB",
}
SUBMISSIONS_PER_WORKER = 8
# A worker and its warm process take a gigabyte, and a submission may use two more.
BYTES_PER_WORKER = 3_000_000_000
WAIT_S = 60
CONNECT_S = 10


def workers_for(submissions: int) -> int:
    """Return how many workers are worth starting on this machine, and have the memory that they may need."""
    cores = len(os.sched_getaffinity(0))
    free = free_memory()
    room = cores if free is None else free // BYTES_PER_WORKER
    return max(1, min(cores, room, submissions // SUBMISSIONS_PER_WORKER))


@contextmanager
def local_cluster(submissions: int, *, workers: int, do: Do = grade_task) -> Iterator[Pool]:
    """Start workers on this machine for as long as the pool is open; those that die are replaced.

    Whoever talks to a scheduler may run code on its workers, and other people may be logged in here: scheduler and
    workers accept only who holds the key that is made for this run and kept in memory.

    Args:
        submissions: How many submissions there are.
        workers: How many workers, one process each.
        do: What they do.

    Raises:
        GradingError: A worker does not start.
    """
    with ExitStack() as stack:
        stack.enter_context(dask.config.set(SETTINGS))
        scratch = stack.enter_context(TemporaryDirectory(prefix="autograder-"))
        try:
            client = stack.enter_context(Client(stack.enter_context(_local(scratch, workers))))
        except (RuntimeError, OSError, TimeoutError) as error:
            raise GradingError(
                f"a worker was ended while it started ({type(error).__name__}); "
                "if memory is short, start again with fewer --workers"
            ) from error
        yield partial(_grade, client, do=do)


def _local(scratch: str, workers: int) -> LocalCluster:
    return LocalCluster(
        local_directory=scratch,
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        security=True,
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # its own choice is a port that others use, too
        memory_limit=0,
        silence_logs=logging.CRITICAL,
    )


@contextmanager
def existing_cluster(submissions: int, *, scheduler: str, do: Do = grade_task) -> Iterator[Pool]:
    """Use the workers of a running cluster.

    Args:
        submissions: How many submissions there are.
        scheduler: Address of its scheduler, as in `tcp://host:8786`.
        do: What the workers do.

    Raises:
        GradingError: Nobody answers there, there are no workers, or they run another version of the course.
    """
    try:
        client = Client(scheduler, timeout=CONNECT_S)
    except (OSError, ValueError, TimeoutError) as error:
        raise GradingError(f"no Dask scheduler answers at {scheduler}; start one, or leave out --scheduler") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=WAIT_S)
        except TimeoutError as error:
            raise GradingError(f"the scheduler at {scheduler} has no workers; start some with `dask worker`") from error
        strangers = [address for address, digest in client.run(engine_digest).items() if digest != engine_digest()]
        if strangers:
            found = ", ".join(sorted(strangers))
            raise GradingError(f"workers run another version of the course ({found}); install this one there")
        yield partial(_grade, client, do=do)


def _grade(client: Client, tasks: Iterable[Task], *, do: Do) -> Iterator[Graded]:
    """Keep two submissions per worker under way; more would only fill memory."""
    waiting: dict[Future, Task] = {}
    source = iter(tasks)
    running = as_completed()

    def submit() -> None:
        task = next(source, None)
        if task is not None:
            future = client.submit(do, task, pure=False)
            waiting[future] = task
            running.add(future)

    for _ in range(2 * max(1, len(client.ncores()))):
        submit()
    for future in running:
        task = waiting.pop(future)
        graded = _graded(future, task)
        future.release()
        submit()
        yield graded


def _graded(future: Future, task: Task) -> Graded:
    """Return what the worker sent.

    Raises:
        GradingError: The connection was lost.
    """
    try:
        graded: Graded = future.result()
    except KilledWorker:
        return report_failure(task, f"the worker that graded it died {ATTEMPTS} times")
    except CancelledError as error:
        raise GradingError(
            "the connection to the Dask scheduler was lost; what is graded is kept, start the same command again"
        ) from error
    return graded
