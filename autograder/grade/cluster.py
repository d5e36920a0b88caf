"""The Dask workers of a cluster that already runs, on other machines.

A worker gets a submission as bytes and gives bytes back; it holds no gradebook and writes nothing. The code, answers
included, has to be installed where the workers are, in the same version: that is checked before anything is graded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import partial

from distributed import Client, Future, KilledWorker, as_completed

from autograder.grade.engine import engine_digest
from autograder.grade.grading_task import grade_task, report_failure
from autograder.grade.tasks import ATTEMPTS, Pool, Task
from autograder.grade.types import Graded, GradingError

__all__ = ["existing_cluster"]

Do = Callable[[Task], Graded]
WAIT_S = 60
CONNECT_S = 10


@contextmanager
def existing_cluster(
    submissions: int, exercises: Sequence[str] = (), *, scheduler: str, do: Do = grade_task
) -> Iterator[Pool]:
    """Use the workers of a running cluster.

    Args:
        submissions: How many submissions there are.
        exercises: The exercises that are judged first; the workers have begun before.
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
            "the connection to the Dask scheduler was lost; finished grades are kept; start the same command again"
        ) from error
    return graded
