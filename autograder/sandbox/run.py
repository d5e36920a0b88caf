"""Run one submission: its cells and the probes between them, each contained."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Sequence

from autograder.sandbox.child import Child, Lost
from autograder.sandbox.host import Server, Strictness
from autograder.sandbox.replies import read_cell, read_part
from autograder.sandbox.types import CellResult, CellStep, Limits, ProbeStep, RunResult, Step
from course_utils.checks.types import Observation, PartObservation, Problem
from course_utils.probes.base import load_probe

__all__ = ["close_servers", "run_submission"]

_SERVERS: list[Server] = []
_LOCK = threading.Lock()


def run_submission(steps: Sequence[Step], limits: Limits | None = None) -> RunResult:
    """Run the steps of one submission in a fork of the warm process.

    A cell or probe that ends or outlasts its process costs that step only: the next one runs in a new fork, in which
    the cells that had come to an end are run again first.

    Args:
        steps: Cells and probes, in order.
        limits: What the submission may use.
    """
    with _LOCK:
        run = _Run(_server(), limits or Limits())
        try:
            for step in steps:
                run.cell(step) if isinstance(step, CellStep) else run.probe(step)
        finally:
            run.close()
        return RunResult(tuple(run.cells), run.observations, run.server.isolation, tuple(run.notes))


def close_servers() -> None:
    """End the warm process; the next run starts another."""
    while _SERVERS:
        _SERVERS.pop().close()


def _server() -> Server:
    if _SERVERS and _SERVERS[0].process.poll() is not None:
        close_servers()
    if not _SERVERS:
        if not getattr(_server, "registered", False):
            atexit.register(close_servers)
        _SERVERS.append(Server())
    return _SERVERS[0]


class _Run:
    """The state of one run: what is done, what to replay, and what went wrong in which exercise."""

    def __init__(self, server: Server, limits: Limits) -> None:
        self.server, self.limits = server, limits
        self.cells: list[CellResult] = []
        self.observations: dict[str, Observation] = {}
        self.notes: list[str] = []
        self._replay: list[CellStep] = []
        self._trouble: dict[str, Problem] = {}
        self._child: Child | None = None

    def close(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None

    def cell(self, step: CellStep) -> None:
        """Run a cell and keep its result."""
        start = time.monotonic()
        try:
            result = self._run_cell(self._ready(), step)
        except Lost as lost:
            self._child = None
            result = CellResult(step.id, lost.status, lost.message, duration_s=time.monotonic() - start)
            if step.exercise:
                verdict = "timeout" if lost.status == "timeout" else "crashed"
                self._trouble[step.exercise] = Problem(verdict, f"Your cell: {lost.message}")
        else:
            self._replay.append(step)
        self.cells.append(result)

    def probe(self, step: ProbeStep) -> None:
        """Run the parts of a probe, each by itself, and keep what they gave."""
        parts = [self._part(step, part.name) for part in load_probe(step.exercise).parts]
        self.observations[step.exercise] = Observation(step.exercise, tuple(parts))

    def _run_cell(self, child: Child, step: CellStep) -> CellResult:
        start = time.monotonic()
        answer, _ = child.ask({"kind": "cell", "source": step.source}, {}, self.limits.cell_s)
        message, error, outputs = read_cell(answer, self.limits.output_bytes)
        if error and error != "NotImplementedError" and step.exercise:
            self._trouble[step.exercise] = Problem("error", f"Your cell raised {message}")
        return CellResult(step.id, "error" if error else "ok", message, outputs, time.monotonic() - start)

    def _part(self, step: ProbeStep, name: str) -> PartObservation:
        request = {"kind": "part", "exercise": step.exercise, "part": name}
        child = self._ready()
        start = time.monotonic()
        try:
            answer, data = child.ask(request, step.inputs, self.limits.probe_s)
            seen = read_part(answer, data, name, time.monotonic() - start)
        except Lost as lost:
            self._child = None
            verdict = "timeout" if lost.status == "timeout" else "crashed"
            return PartObservation(name, problem=Problem(verdict, lost.message), duration_s=time.monotonic() - start)
        except ValueError as error:
            return PartObservation(name, problem=Problem("crashed", f"There is no readable result: {error}."))
        if seen.problem and seen.problem.verdict == "not attempted" and "is not defined" in seen.problem.message:
            return PartObservation(name, problem=self._trouble.get(step.exercise, seen.problem))
        return seen

    def _ready(self) -> Child:
        """Return the child, after the replay if it is a new one."""
        if self._child is None:
            self._child = self.server.start(self.limits, 600)
            for step in self._replay:
                self._run_cell(self._child, step)
        return self._child
