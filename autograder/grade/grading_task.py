"""A unit of work: one submission in, its grade and notebook out. The same function runs here and on any worker."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache, partial

from threadpoolctl import threadpool_limits

from autograder.catalogue.answer import load_answer
from autograder.grade.plan import draw_inputs
from autograder.grade.pointing import RunSteps
from autograder.grade.regrade import regrade_submission
from autograder.grade.release import Release, load_release
from autograder.grade.submission import failed, grade_submission
from autograder.grade.tasks import ATTEMPTS, Pool, Task, refusal
from autograder.grade.types import Graded
from autograder.sandbox.endings import Killed
from autograder.sandbox.host import WallsMissing
from autograder.sandbox.no_sympy import leave_sympy_out
from autograder.sandbox.run import run_submission
from autograder.sandbox.servers import begin_warming, borrow_server
from course_utils.kits.probe import load_probe

__all__ = ["grade_task", "in_this_process", "rehearse", "report_failure", "settle"]

log = logging.getLogger(__name__)


def grade_task(task: Task) -> Graded:
    """Grade one submission behind the walls of this machine; if grading itself fails, again, and then report that.

    Raises:
        GradingError: This machine cannot build the walls.
    """
    settle()
    release = load_release(task.submission.assignment, task.release)
    _load_judges(tuple(release.checked))
    run = partial(run_submission, walls=task.settings.walls)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with borrow_server(task.settings.walls):
                pass  # a warm process that has to be started is not part of the first submission's time
            graded = _graded(release, task, run)
            return replace(graded, grade=replace(graded.grade, key=task.key, basis=task.basis))
        except WallsMissing as error:
            raise refusal(error) from error
        except Killed as error:
            return report_failure(task, f"{error} Is there too little memory? --workers 1 needs least.")
        except Exception as error:
            log.warning("attempt %d at %s failed: %r", attempt, task.submission.student, error)
            reason = f"{type(error).__name__}: {error}"
    return report_failure(task, reason)


@cache
def _load_judges(exercises: tuple[str, ...]) -> None:
    """Import what judges these exercises: some seconds, in which the warm process gets ready."""
    for exercise in exercises:
        load_answer(exercise)
        load_probe(exercise)


def _graded(release: Release, task: Task, run: RunSteps) -> Graded:
    if task.earlier is None:
        return grade_submission(release, task.submission, task.settings, run)
    return regrade_submission(release, task.submission, task.settings, run, task.earlier)


def report_failure(task: Task, reason: str) -> Graded:
    """Return the result of a submission that could not be graded for a reason that is not in it.

    Where one exercise was to be graded again, the earlier marks stay.
    """
    if task.earlier is not None:
        note = f"Grading {task.earlier.exercise} again failed, the earlier marks stay; start it again. ({reason[:300]})"
        known = replace(task.earlier.grade, key="", basis="", notes=(*task.earlier.grade.notes, note))
        return Graded(known, task.earlier.notebook)
    return failed(load_release(task.submission.assignment, task.release), task.submission, reason)


@contextmanager
def in_this_process(submissions: int, exercises: Sequence[str] = ()) -> Iterator[Pool]:
    """Grade one after the other, here."""
    yield _here


def _here(tasks: Iterable[Task]) -> Iterator[Graded]:
    for number, task in enumerate(tasks):
        if number == 0:
            begin_warming(task.settings.walls)  # while this process imports what it needs
        yield grade_task(task)


def rehearse(exercises: tuple[str, ...]) -> None:
    """Import what judges these exercises and run each reference once: the first run of all takes longest.

    What fails here is passed over: it fails again with the first submission, and is told there.
    """
    settle()
    for exercise in exercises:
        with suppress(Exception):
            inputs = draw_inputs(exercise, 0, "")
            for part in load_answer(exercise).parts:
                part.reference(inputs)


@cache
def settle() -> None:
    """Import what grading needs, and keep every run of it to one core."""
    import torch  # two seconds that a refusal does not need

    leave_sympy_out()

    # Sums in another order differ in the last digit, and reports must not depend on the machine's cores.
    torch.set_num_threads(1)
    threadpool_limits(1)
    # What is imported by now stays; looking through it again and again took longer than grading.
    gc.collect()
    gc.freeze()
