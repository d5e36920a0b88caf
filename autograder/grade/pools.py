"""Which pool a run gets."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from autograder.grade.local_pool import local_pool, one_at_a_time
from autograder.grade.tasks import Pool
from autograder.grade.types import GradingError
from autograder.grade.workers import workers_for
from autograder.sandbox.host import Strictness

__all__ = ["choose_pool"]


def choose_pool(
    workers: int | None, scheduler: str | None, walls: Strictness, submissions: int, exercises: Sequence[str] = ()
) -> AbstractContextManager[Pool]:
    """Return the pool for a run: workers of this machine or of a cluster; this process where walls are missing.

    Args:
        workers: How many workers; None for as many as are worth it.
        scheduler: Address of a running Dask scheduler; None for workers of this machine.
        walls: Without full walls, student code might reach a scheduler, so there is none.
        submissions: How many submissions there are.
        exercises: The exercises that are judged first.

    Raises:
        GradingError: Workers were asked for, and walls are weak.
    """
    if walls == "weak":
        if scheduler or (workers or 1) > 1:
            raise GradingError("without full walls student code could reach the workers' scheduler; leave out "
                               "--workers and --scheduler")  # fmt: skip
        return one_at_a_time(submissions, walls)
    if scheduler:
        # A second of imports that one machine does not need.
        from autograder.grade.cluster import existing_cluster

        return existing_cluster(submissions, exercises, scheduler=scheduler)
    return local_pool(submissions, exercises, workers=workers or workers_for(submissions))
