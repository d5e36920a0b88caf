"""A pool of processes on this machine, all forked from one that has imported what grading needs.

A worker gets a submission as bytes and gives bytes back; it holds no gradebook and writes nothing. All workers fork
their submissions from clones of one warm process, so that a further worker costs neither a start nor much memory.
Each worker has a connection and shares no lock with others, so that it may be killed at any moment.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from autograder.grade.tasks import ATTEMPTS, Pool, Task, refusal
from autograder.grade.types import Graded, GradingError
from autograder.grade.workers import begin_workers
from autograder.sandbox.endings import Broken
from autograder.sandbox.host import Strictness, WallsMissing, WarmProcess
from autograder.sandbox.servers import use_warm_process
from autograder.sandbox.trusted_forks import Fork

__all__ = ["local_pool", "one_at_a_time"]

Do = Callable[[Task], Graded]
# The first message of a worker.
READY = "ready"
ENDED = "a worker was ended while it started; if memory is short, start again with fewer --workers"


@contextmanager
def local_pool(
    submissions: int, exercises: Sequence[str] = (), *, workers: int, do: Do | None = None
) -> Iterator[Pool]:
    """Start workers for as long as the pool is open; those that die are replaced.

    Args:
        submissions: How many submissions there are.
        exercises: The exercises that are judged first; what judges them, all workers share.
        workers: How many workers, one process each.
        do: What they do; `grade_task` if None.

    Raises:
        GradingError: A wall is missing, or workers are ended while they start.
    """
    crew = _Crew(workers, exercises, do)
    try:
        yield crew.grade
    finally:
        crew.end()


def one_at_a_time(submissions: int, walls: Strictness) -> AbstractContextManager[Pool]:
    """Return a pool with one worker; where walls are missing, which keep submissions away from it, this process.

    Args:
        submissions: How many submissions there are.
        walls: What stands around a submission.
    """
    if walls == "full":
        return local_pool(submissions, workers=1)
    from autograder.grade.grading_task import in_this_process  # imports that a client of workers does not need

    return in_this_process(submissions)


@dataclass
class _Job:
    task: Task
    attempts: int = 0


class _Jobs:
    """The jobs that nobody works on: those whose worker died come first, of the others one is read ahead."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self.again: list[_Job] = []
        self._source = map(_Job, tasks)
        self._ahead: _Job | None = None

    def take(self) -> _Job | None:
        if self.again:
            return self.again.pop()
        job, self._ahead = self._ahead or next(self._source, None), None
        return job

    def read_ahead(self) -> None:
        self._ahead = self._ahead or next(self._source, None)


class _Worker:
    """A process, and what it works on."""

    def __init__(self, process: Fork) -> None:
        self.process, self.pipe = process, process.connection
        self.ready = False
        self.job: _Job | None = None

    def give(self, job: _Job) -> None:
        """Let it work on a job; where it has died, its end of the connection says so later."""
        self.job = job
        job.attempts += 1
        with suppress(OSError):
            self.pipe.send(job.task)


class _Crew:
    """The workers, and the jobs that they have not done."""

    def __init__(self, count: int, exercises: Sequence[str], do: Do | None) -> None:
        self._exercises, self._do, self._count = exercises, do, count
        with suppress(Broken):  # then workers are begun again
            self._begin()
        self._workers: list[_Worker] = []
        self._lost_at_start = 0

    def grade(self, tasks: Iterable[Task]) -> Iterator[Graded]:
        """Grade all tasks; a worker gets its next one before its result is looked at."""
        jobs = _Jobs(tasks)
        self._workers += [self._new() for _ in range(self._count - len(self._workers))]
        self._employ(jobs)
        while any(worker.job for worker in self._workers):
            for worker in self._with_news():
                job, answer = worker.job, self._hear(worker)
                if job is not None and answer is None and job.attempts < ATTEMPTS:
                    jobs.again.append(job)
                self._employ(jobs)
                if job is None or answer == READY:
                    continue
                if answer is not None:
                    yield answer
                elif job.attempts >= ATTEMPTS:
                    yield _failure(job.task, f"the worker that graded it died {ATTEMPTS} times")

    def end(self) -> None:
        for worker in self._workers:
            worker.process.end()

    def _employ(self, jobs: _Jobs) -> None:
        for worker in self._workers:
            if worker.job is None and (job := jobs.take()):
                worker.give(job)
        jobs.read_ahead()

    def _begin(self) -> WarmProcess:
        """Start what workers are forked from, if there is none, and wait until it has tried the walls.

        Raises:
            GradingError: A wall is missing.
            Broken: It has ended.
        """
        warm = begin_workers(self._exercises)
        try:
            warm.check_walls()
        except WallsMissing as error:
            raise refusal(error) from error
        return warm

    def _new(self) -> _Worker:
        """Return a new worker, which cannot start before all is imported.

        Raises:
            GradingError: A wall is missing, or what workers are forked from is ended again and again.
        """
        reason = ""
        for _ in range(ATTEMPTS):
            try:
                warm = self._begin()
                return _Worker(warm.forks.fork(_work, warm.address, self._do))
            except Broken as error:
                reason = str(error)
        raise GradingError(f"{ENDED}\n{reason}")

    def _with_news(self) -> list[_Worker]:
        """Wait until a worker says something, or dies."""
        spoken = wait([worker.pipe for worker in self._workers])
        return [worker for worker in self._workers if worker.pipe in spoken]

    def _hear(self, worker: _Worker) -> Any:
        """Return the message of a worker; None if it has died, and another one has taken its place.

        Raises:
            GradingError: Worker after worker dies while it starts, or this machine cannot grade.
        """
        try:
            answer = worker.pipe.recv()
        except (EOFError, OSError):
            self._replace(worker)
            return None
        if isinstance(answer, Exception):
            raise answer
        if answer == READY:
            worker.ready, self._lost_at_start = True, 0
        else:
            worker.job = None
        return answer

    def _replace(self, worker: _Worker) -> None:
        if not worker.ready:
            self._lost_at_start += 1
        if self._lost_at_start >= ATTEMPTS:
            raise GradingError(ENDED)
        worker.process.end()
        self._workers[self._workers.index(worker)] = self._new()


def _failure(task: Task, reason: str) -> Graded:
    from autograder.grade.grading_task import report_failure  # half a second of imports that nobody else here needs

    return report_failure(task, reason)


def _work(pipe: Connection, address: str, do: Do | None) -> None:
    """Be a worker."""
    from autograder.grade.grading_task import grade_task  # imported in the process that this one was forked from

    use_warm_process(address, "full")
    gc.freeze()  # all that is shared with other workers; to look through it would copy it
    gc.enable()
    pipe.send(READY)
    with suppress(EOFError, OSError):
        while True:
            pipe.send(_done(do or grade_task, pipe.recv()))


def _done(do: Do, task: Task) -> Graded | Exception:
    try:
        return do(task)
    except Exception as error:
        return error
