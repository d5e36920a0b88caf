"""Run one submission: its cells and the probes between them, each contained."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from autograder.sandbox.child import Child
from autograder.sandbox.company import Company
from autograder.sandbox.endings import Killed, Lost
from autograder.sandbox.host import Server, Strictness
from autograder.sandbox.on_demand import named_in
from autograder.sandbox.replies import OutputBudget, read_cell, read_claim, read_part, read_uses
from autograder.sandbox.seconds import seconds_of
from autograder.sandbox.servers import borrow_server
from autograder.sandbox.statements import python_of, readable, rescues, statements
from autograder.sandbox.types import (
    CellResult,
    CellStatus,
    CellStep,
    Claim,
    LibraryUse,
    Limits,
    PointStep,
    ProbeStep,
    RunResult,
    Step,
)
from course_utils.checks.types import Observation, PartObservation, Problem, VerdictName
from course_utils.kits.probe import Part, load_probe

__all__ = ["run_submission"]

log = logging.getLogger(__name__)

OUT_OF_TIME = "was not reached: the time for the whole notebook is used up."
Read = TypeVar("Read")
UNREADABLE = "gave no readable result"
RESCUE_S = 5.0  # for the definitions of a cell that did not come to an end


def run_submission(steps: Sequence[Step], limits: Limits | None = None, *, walls: Strictness = "full") -> RunResult:
    """Run the steps of one submission behind walls, in a fork of this process' warm server.

    A statement that raises costs that statement only. A cell or a part of a probe that ends, outlasts or outgrows its
    process costs that step only: the next one runs in a new fork, in which the earlier cells that had come to an end
    are run again first, and of the others what they define. All of it together may take as
    long as all steps of the release may take singly, and three of the added cells, and no longer than the limit of the
    whole beside what needs longer, such as training; what is not reached by then counts as timed out.

    Args:
        steps: Cells and probes, in order.
        limits: What the submission may use.
        walls: "full" runs nothing if a wall is missing; "weak" accepts that, and `isolation` says what is missing.

    Raises:
        WallsMissing: This machine cannot build every wall, and `walls` is "full".
        Broken: The sandbox itself does not work.
        Killed: Something outside ended a step, and again when nothing else was running.
    """
    company = Company()
    with company.beside_others(), borrow_server(walls) as server:
        run = _SubmissionRun(server, limits or Limits(), steps, company)
        try:
            for step in steps:
                run.do(step)
        finally:
            run.close()
        found = (run.library_uses, run.claims, run.used())
        return RunResult(tuple(run.cells), run.observations, server.isolation, tuple(run.notes), *found)


class _SubmissionRun:
    """The state of one run: what is done, what to replay, and what went wrong in which exercise."""

    def __init__(self, server: Server, limits: Limits, steps: Sequence[Step], company: Company) -> None:
        self.server, self.limits, self.company = server, limits, company
        self.alone = False
        self.cells: list[CellResult] = []
        self.observations: dict[str, Observation] = {}
        self.claims: dict[tuple[str, str], Claim] = {}
        self.notes: list[str] = []
        self.library_uses: dict[str, tuple[LibraryUse, ...]] = {}
        self._replay: list[tuple[CellStep, str]] = []
        self._trouble: dict[str, Problem] = {}
        self._child: Child | None = None
        self._outputs = OutputBudget(self.limits.all_output_bytes)
        self._seconds = seconds_of(steps, limits)
        self._packages = named_in(step.source for step in steps if isinstance(step, CellStep))
        self._begin = time.monotonic()
        self._deadline = self._begin + self._seconds

    def used(self) -> float:
        """Return how long the steps have taken until now, in seconds, waiting for others left out."""
        return time.monotonic() - self._begin

    def close(self) -> None:
        """End the child, if there is one."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def do(self, step: Step) -> None:
        """Run a step and keep its result."""
        if isinstance(step, CellStep):
            self.cell(step)
        elif isinstance(step, ProbeStep):
            self.probe(step)
        else:
            self.line(step)

    def cell(self, step: CellStep) -> None:
        """Run a cell and keep its result; where it fails, keep at least what it defines."""
        start = time.monotonic()
        source = python_of(step.source) or step.source
        try:
            answer, _ = self._ask(_cell_request(source), {}, self.limits.cell_seconds(step.exercise))
            reply = _read(read_cell, answer, self.limits.output_bytes)
            if reply.error == "MemoryError":
                self.close()  # what fills the memory would stay, and the next cell would be blamed
                raise Lost("crashed", f"used more than {self.limits.memory_bytes / 1e9:.3g} GB of memory.")
        except Lost as lost:
            self._blame(step, _verdict(lost), f"Your cell {lost.message}")
            result = CellResult(step.id, lost.status, f"The cell {lost.message}", duration_s=time.monotonic() - start)
            rescued = self._rescue(step, rescues(source))
            self._say_what_failed(step, lost.message.rstrip("."), "", rescued)
        else:
            kept = self._kept(step, reply.outputs)
            status: CellStatus = "error" if reply.error else "ok"
            result = CellResult(step.id, status, reply.message, kept, time.monotonic() - start)
            self._replay.append((step, source))
            if reply.error and reply.error != "NotImplementedError":  # that is what a stub raises
                self._blame(step, "error", f"Your cell raised {reply.raised}")
                rescued = self._rescue(step, [readable(source)]) if reply.is_of_syntax else source
                self._say_what_failed(step, f"raised {reply.message.splitlines()[0]}", reply.line, rescued)
        self.cells.append(result)

    def _rescue(self, step: CellStep, sources: Iterable[str]) -> str:
        """Run less and less of a cell that failed, until some of it comes to an end; return that."""
        seconds = min(RESCUE_S, self.limits.cell_seconds(step.exercise))
        for source in filter(None, sources):
            try:
                self._ask(_cell_request(source), {}, seconds)
            except Lost:
                continue
            self._replay.append((step, source))
            return source
        return ""

    def _say_what_failed(self, step: CellStep, how: str, line: str, kept: str) -> None:
        """Note that a cell of the student's failed in one place, where its definitions are kept all the same."""
        rest = [one for one in statements(kept) if one.defines and (not line or line not in one.source)]
        if rest and (step.exercise or step.added):
            where = f" in its line `{line}`" if line else ""
            self.notes.append(f"The cell {step.id!r} {how}{where}; what else it defines was kept.")

    def _kept(self, step: CellStep, outputs: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
        """Return what the budget of all cells together has left for the outputs of this one."""
        had_room = not self._outputs.used_up
        kept = self._outputs.keep(outputs)
        if had_room and self._outputs.used_up:
            size = f"{self.limits.all_output_bytes / 1e6:.3g} MB"
            self.notes.append(f"All outputs together exceed {size}; those from cell {step.id} on are not kept.")
        return kept

    def probe(self, step: ProbeStep) -> None:
        """Run the parts of a probe, each by itself, and keep what they gave."""
        self.library_uses[step.exercise] = ()
        parts = [self._part(step, part) for part in load_probe(step.exercise).parts]
        self.observations[step.exercise] = Observation(step.exercise, tuple(parts))

    def line(self, step: PointStep) -> None:
        """Let a line be looked for; where that comes to no end, there is none."""
        seconds = self.limits.probe_seconds(step.exercise, 0.0)
        request = {"kind": "line", "exercise": step.exercise, "part": step.part, "seconds": seconds / 2}
        try:
            answer, data = self._ask(request, step.inputs, seconds)
            claim = _read(read_claim, answer, data, step.part)
        except Lost:
            return
        if claim is not None:
            self.claims[step.exercise, step.part] = claim

    def _part(self, step: ProbeStep, part: Part) -> PartObservation:
        start, name = time.monotonic(), part.name
        try:
            request = {"kind": "part", "exercise": step.exercise, "part": name, "watch": step.watch}
            seconds = self.limits.probe_seconds(step.exercise, part.limit_s)
            answer, data = self._ask(request, step.inputs, seconds, measured=bool(part.budget_s))
            cpu_s = self._child.asked_cpu_s if self._child else 0.0
            seen = _read(read_part, answer, data, name, time.monotonic() - start, cpu_s)
            self.library_uses[step.exercise] += _read(read_uses, answer)
        except Lost as lost:
            problem = Problem(_verdict(lost), f"{name} {lost.message}")
            return PartObservation(name, problem=problem, duration_s=time.monotonic() - start)
        if seen.problem and seen.problem.message.endswith("is not defined."):
            return PartObservation(name, problem=self._trouble.get(step.exercise, seen.problem))
        return seen

    def _blame(self, step: CellStep, verdict: VerdictName, message: str) -> None:
        """Remember why what this cell should have defined may be missing."""
        if step.exercise:
            self._trouble[step.exercise] = Problem(verdict, message)

    def _ask(
        self, request: Mapping[str, Any], arrays: Mapping[str, Any], seconds: float, *, measured: bool = False
    ) -> tuple[dict[str, Any], bytes]:
        """Ask the child; what something outside has ended is asked again, alone on the machine."""
        try:
            return self._ask_once(request, arrays, seconds, measured)
        except Lost as lost:
            if not lost.from_outside:
                raise
            log.warning("a step was ended from outside and is run again, alone")
        self._be_alone()
        return self._ask_once(request, arrays, seconds, measured)

    def _be_alone(self) -> None:
        """Wait for the others; the time for that is given back."""
        start = time.monotonic()
        self.company.be_alone()
        self.alone = True
        waited = time.monotonic() - start
        self._begin += waited
        self._deadline += waited + self._seconds

    def _ask_once(
        self, request: Mapping[str, Any], arrays: Mapping[str, Any], seconds: float, measured: bool
    ) -> tuple[dict[str, Any], bytes]:
        while self._child is None and self._left() > 0:
            self._child = self._start()
        left = self._left()
        if self._child is None or left <= 0:
            raise Lost("timeout", OUT_OF_TIME)
        try:
            return self._child.ask(request, arrays, min(seconds, left), measured=measured)
        except Lost as lost:
            self._child = None
            self._check(lost)
            raise

    def _check(self, lost: Lost) -> None:
        if lost.from_outside and self.alone:
            raise Killed(f"a step {lost.message}") from None

    def _left(self) -> float:
        return self._deadline - time.monotonic()

    def _start(self) -> Child | None:
        """Start a child and replay what had worked.

        None where a cell does not survive that, and is left out, and where the time is used up.
        """
        child = self.server.start(self.limits, math.ceil(self._seconds) + 1, self._packages)
        for step, source in list(self._replay):
            left = self._left()
            if left <= 0:
                child.close()
                return None
            try:
                child.ask(_cell_request(source), {}, min(self.limits.cell_seconds(step.exercise), left))
            except Lost as lost:
                self._check(lost)
                if lost.from_outside:
                    self._be_alone()
                    return None
                self._replay.remove((step, source))
                self.notes.append(f"Cell {step.id}, run again after a later one had failed, {lost.message}")
                return None
        return child


def _read(read: Callable[..., Read], *answer: Any) -> Read:
    """Read an answer; whatever goes wrong with it is the fault of the submission that sent it.

    Raises:
        Lost: It cannot be read.
    """
    try:
        return read(*answer)
    except ValueError as error:
        raise Lost("crashed", f"{UNREADABLE}: {error}.") from None
    except Exception as error:
        log.warning("an answer could not be read", exc_info=True)
        raise Lost("crashed", f"{UNREADABLE} ({type(error).__name__}).") from None


def _cell_request(source: str) -> dict[str, Any]:
    return {"kind": "cell", "source": source}


def _verdict(lost: Lost) -> VerdictName:
    return "timeout" if lost.status == "timeout" else "crashed"
