"""The search for one change of the student's code that makes a part right."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from course_utils.changes import Change
from course_utils.checks.errors import describe_error
from course_utils.checks.pointing.bounds import Bounds
from course_utils.checks.pointing.candidates import MILD, STAGES, Spot, stages
from course_utils.checks.pointing.cells import cell_source, is_cell
from course_utils.checks.pointing.deadline import Deadline
from course_utils.checks.pointing.early import Early
from course_utils.checks.pointing.known import Known
from course_utils.checks.pointing.late_parts import import_late_parts
from course_utils.checks.pointing.misspelt import misspelt
from course_utils.checks.pointing.order import Candidate, Order
from course_utils.checks.pointing.reach import distances
from course_utils.checks.pointing.sorts import Sorts
from course_utils.checks.pointing.student_code import StudentCode
from course_utils.checks.pointing.trial import Trial
from course_utils.checks.types import PartObservation
from course_utils.kits.probe import Look, Outputs, Part

__all__ = ["BUDGET_S", "Found", "Search"]

BUDGET_S = 1.5
# A part that takes longer leaves no room for more than a few changes.
LONGEST_RUN_S = 0.45
# The other inputs may take so many times as long as the first ones.
AGAIN = 2.0
# In the check it may have waited for what a library does once.
TRAINING_S = 10.0
# Of the time, so much is for changes that make all right; the rest for those that leave a named mistake.
FIRST = 0.75


@dataclass(frozen=True)
class Found:
    """A change that makes a part right.

    Args:
        cell: The file name of the cell.
        line: The first line of the changed statement in the cell, counted from 1.
        quote: The text of this line.
        change: The change.
        left: The sentence of the named mistake that is left after it; empty where nothing is.
    """

    cell: str
    line: int
    quote: str
    change: Change
    left: str = ""

    def record(self) -> dict[str, str | int]:
        """Return it without the file name, which says nothing elsewhere."""
        change = self.change
        before = cell_source(self.cell)[change.start : change.end]
        return {"line": self.line, "quote": self.quote, "kind": change.kind, "before": before, "after": change.new}


class Search:
    """A part of an exercise whose outputs are wrong, and the functions of the student that gave them.

    Args:
        part: The part.
        code: The student's objects that it uses.
        known: The inputs on which changes are tried, and what may come out.
        others: The same for inputs on which a change that fits has to fit as well.
    """

    def __init__(self, part: Part, code: StudentCode, known: Known, others: Known) -> None:
        self._part, self._code = part, code
        self._known, self._others = known, others

    def run(self, seen: PartObservation, budget_s: float = BUDGET_S, before: Sequence[Found] = ()) -> Found | None:
        """Try changes until one makes the part right, or the time is used up.

        Args:
            seen: What the check saw; where the same code gives something else now, nothing is tried.
            budget_s: Seconds for all of it.
            before: Changes that were found for other parts. They are tried first: parts that share a function often
                share its mistake.
        """
        if not self._code.functions or self._part.limit_s or seen.duration_s > TRAINING_S:
            return None
        until, right_until = Deadline(budget_s), Deadline(FIRST * budget_s)
        if seen.problem is not None:
            import_late_parts()
        self._bounds, left = Bounds(until), until.left()
        taken: list[NDArray[Any]] = []
        now = self._code.run(self._part, self._known.inputs, self._bounds, taken.append)
        if not _is_as_seen(now, seen) or (now.outputs is not None and self._known.is_right(now.outputs)):
            return None
        if until.left() < left - LONGEST_RUN_S:
            return None
        # What ends in an error, or in a complaint of the probe, has run in part.
        self._allowance = self._bounds.allowance() if now.outputs is not None else None
        early = Early(self._known.key, taken, now.outputs)
        tried: list[Candidate] = []
        likely = [(one.cell, Spot(one.change, one.line, one.quote)) for one in before if one.cell in self._bounds.lines]
        found = self._right([likely], tried, early, right_until)
        found = found or self._right(self._stages(now), tried, early, right_until)
        return found or (self._partly_right(now.outputs, tried, until) if now.outputs is not None else None)

    def _outputs(self, cell: str, change: Change, known: Known, until: Deadline, look: Look | None) -> Outputs | None:
        bounds, start = Bounds(until, self._allowance), time.thread_time()
        outputs = self._code.changed(cell, change, self._part, known.inputs, bounds, look).outputs
        self._last_s = time.thread_time() - start
        return outputs

    def _right(
        self, stages: Iterable[list[Candidate]], tried: list[Candidate], early: Early, until: Deadline
    ) -> Found | None:
        """Return the first change that makes all right, and add those that were tried to a list."""
        for stage in stages:
            order = Order(stage)
            for cell, spot in order:
                if until.is_over():
                    return None
                tried.append((cell, spot))
                early.start()
                outputs = self._outputs(cell, spot.change, self._known, until, early.look)
                if outputs is not None and self._known.is_right(outputs) and self._is_right_again(cell, spot):
                    return Found(cell, spot.line, spot.quote, spot.change)
                order.learn((cell, spot), spoiled=early.spoiled)
        return None

    def _is_right_again(self, cell: str, spot: Spot) -> bool:
        outputs = self._again(cell, spot)
        return outputs is not None and self._others.is_right(outputs)

    def _partly_right(self, before: Outputs, tried: Sequence[Candidate], until: Deadline) -> Found | None:
        """Return the first change after which an accepted convention or one named mistake is left."""
        for cell, spot in tried:
            if until.is_over():
                break
            outputs = self._outputs(cell, spot.change, self._known, until, None)
            if outputs is None or _same(outputs, before):
                continue
            if self._known.is_right(outputs) and self._is_right_again(cell, spot):
                return Found(cell, spot.line, spot.quote, spot.change)
            mistake = self._known.mistake(outputs) if spot.change.kind in MILD else None
            if mistake and len(mistake.ids) == 1 and self._left_again(cell, spot) == mistake.ids:
                return Found(cell, spot.line, spot.quote, spot.change, mistake.says[0])
        return None

    def _left_again(self, cell: str, spot: Spot) -> tuple[str, ...]:
        outputs = self._again(cell, spot)
        mistake = self._others.mistake(outputs) if outputs is not None else None
        return mistake.ids if mistake else ()

    def _again(self, cell: str, spot: Spot) -> Outputs | None:
        # A confirmation is rare: it may take longer than what is left, and about as long as the run before.
        until = Deadline(max(LONGEST_RUN_S, AGAIN * self._last_s))
        return self._outputs(cell, spot.change, self._others, until, None)

    def _stages(self, now: Trial) -> Iterator[list[Candidate]]:
        """Yield the changes of all cells that were run; where nothing came out, those near the last line first."""
        yield misspelt(now.error)
        # Where nothing comes out, the sort of a value may be what is wrong.
        sorts = self._bounds.sorts if now.outputs is not None else {}
        per_cell = [(cell, _in_stages(cell, run, sorts.get(cell, {}))) for cell, run in self._bounds.lines.items()]
        far = _far_from(_lines_of(now.error) if now.error else self._bounds.last)
        for _ in range(STAGES):
            found = [(cell, spot) for cell, spots in per_cell for spot in next(spots, [])]
            yield sorted(found, key=far) if now.outputs is None else found


def _in_stages(cell: str, lines: set[int], sorts: Sorts) -> Iterator[list[Spot]]:
    try:
        yield from stages(cell_source(cell), lines, sorts)
    except (SyntaxError, ValueError, RecursionError):
        return


def _lines_of(error: BaseException) -> dict[str, int]:
    frames = traceback.extract_tb(error.__traceback__)
    return {frame.filename: frame.lineno or 0 for frame in frames if is_cell(frame.filename)}


def _far_from(lines: Mapping[str, int]) -> Callable[[Candidate], float]:
    """Return how far the values of a statement are from those of some lines, by cell."""
    steps = {name: distances(cell_source(name), line) for name, line in lines.items()}
    return lambda one: steps.get(one[0], {}).get(one[1].line, float("inf"))


def _is_as_seen(now: Trial, seen: PartObservation) -> bool:
    if seen.problem is not None and seen.problem.verdict == "error":
        return now.error is not None and describe_error(now.error) == seen.problem.message
    if seen.problem is not None:
        return bool(now.complaint) and now.complaint == seen.problem.message
    return now.outputs is not None and _same(now.outputs, seen.outputs)


def _same(some: Outputs, others: Outputs) -> bool:
    return some.keys() == others.keys() and all(
        one.shape == others[name].shape and one.tobytes() == others[name].tobytes() for name, one in some.items()
    )
