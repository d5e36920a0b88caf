"""Grading in one process, and two floors under it: bare cells and probes in a warm process, and in a fork of it each.

The second is the least that keeps submissions apart: without walls, limits, messages, keys, verdicts and notebooks.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from autograder.demo.classroom import WORKBOOK
from autograder.grade.grading_task import grade_task
from autograder.grade.plan import plan
from autograder.grade.read import read_notebook
from autograder.grade.rebuild import rebuild
from autograder.grade.release import load_release
from autograder.grade.tasks import Task
from autograder.sandbox.types import CellStep, Step

__all__ = ["Floor", "Here", "at_once"]


def floor(rounds: Sequence[Sequence[Sequence[Step]]], orders: Any, *, forked: bool) -> None:
    """Be a warm process that runs bare cells and probes, all plans of the round asked for; answer with the seconds."""
    from autograder.sandbox.warm import warm_up

    shell = warm_up()
    while (number := orders.recv()) is not None:
        start = time.perf_counter()
        for steps in rounds[number]:
            if forked and (child := os.fork()):
                os.waitpid(child, 0)
                continue
            _run(shell, steps)
            if forked:
                os._exit(0)
        orders.send(time.perf_counter() - start)


def _run(shell: Any, steps: Sequence[Step]) -> None:
    from course_utils.checks.observe import conclude_part, observe_part
    from course_utils.kits.probe import load_probe

    shell.reset(new_session=False)
    for step in steps:
        if isinstance(step, CellStep):
            shell.run_cell(step.source, store_history=True)
            continue
        objects = {name: shell.user_ns.get(name) for name in load_probe(step.exercise).objects}
        for part in load_probe(step.exercise).parts:
            conclude_part(part, observe_part(part, objects, step.inputs), step.inputs)


def here(rounds: Sequence[Sequence[Task]], orders: Any) -> None:
    """Be a process that grades, all tasks of the round asked for; answer with the seconds."""
    while (number := orders.recv()) is not None:
        start = time.perf_counter()
        for task in rounds[number]:
            grade_task(task)
        orders.send(time.perf_counter() - start)


class Apart:
    """A process of its own, which has done round 0.

    Args:
        target: What it does, called with `rounds` and its end of the pipe.
        rounds: What there is to do, by number.
    """

    def __init__(self, target: Callable[[Any, Any], None], rounds: Sequence[Any]) -> None:
        context = multiprocessing.get_context("spawn")
        self._orders, theirs = context.Pipe()
        self._process = context.Process(target=target, args=(rounds, theirs))
        self._process.start()
        self.seconds(0)

    def seconds(self, number: int) -> float:
        """Run all plans of a round once."""
        self.begin(number)
        return self.end()

    def begin(self, number: int) -> None:
        """Let all plans of a round run once."""
        self._orders.send(number)

    def end(self) -> float:
        """Wait for it; return the seconds."""
        return float(self._orders.recv())

    def close(self) -> None:
        """End it."""
        self._orders.send(None)
        self._process.join()


class Floor(Apart):
    """A process in which `floor` runs, each plan in a fork if `forked`."""

    def __init__(self, rounds: Sequence[Sequence[Task]], *, forked: bool = False) -> None:
        super().__init__(partial(floor, forked=forked), [[_steps(task) for task in tasks] for tasks in rounds])


class Here(Apart):
    """A process that grades by itself, without workers."""

    def __init__(self, rounds: Sequence[Sequence[Task]]) -> None:
        super().__init__(here, rounds)


def _steps(task: Task) -> Sequence[Step]:
    cells = read_notebook(task.submission.content, 10**8)[0]
    seed, student = task.settings.seed, task.submission.student
    return plan(rebuild(load_release(WORKBOOK, task.release), cells), seed, student).steps


def at_once(number: int, *floors: Floor) -> float:
    """Let them run a round at the same time; return the seconds until the last is done."""
    for one in floors:
        one.begin(number)
    return max(one.end() for one in floors)
