"""The search for one change of the student's code that makes a part right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from course_utils.changes import Change
from course_utils.checks.pointing.bounds import Bounds
from course_utils.checks.pointing.candidates import MILD, Spot, spots
from course_utils.checks.pointing.cells import cell_source
from course_utils.checks.pointing.deadline import Deadline
from course_utils.checks.pointing.early import Early
from course_utils.checks.pointing.known import Known
from course_utils.checks.pointing.student_code import StudentCode
from course_utils.checks.pointing.trial import Trial
from course_utils.checks.types import PartObservation
from course_utils.kits.probe import Look, Outputs, Part

__all__ = ["BUDGET_S", "Found", "Search"]

BUDGET_S = 1.5
# A part that takes longer leaves no room for more than a few changes.
LONGEST_RUN_S = 0.15
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

    def run(self, seen: PartObservation, budget_s: float = BUDGET_S) -> Found | None:
        """Try changes until one makes the part right, or the time is used up.

        Args:
            seen: What the check saw; where the same code gives something else now, nothing is tried.
            budget_s: Seconds for all of it.
        """
        if not self._code.functions or self._part.limit_s or seen.duration_s > TRAINING_S:
            return None
        until, right_until = Deadline(budget_s), Deadline(FIRST * budget_s)
        self._bounds = Bounds(until)
        taken: list[NDArray[Any]] = []
        now = self._code.run(self._part, self._known.inputs, self._bounds, taken.append)
        if not _is_as_seen(now, seen) or (now.outputs is not None and self._known.is_right(now.outputs)):
            return None
        if until.left() < budget_s - LONGEST_RUN_S:
            return None
        early = Early(self._known.key, taken, now.outputs)
        tried: list[tuple[str, Spot]] = []
        found = self._right(tried, early, right_until)
        return found or self._partly_right(tried, until)

    def _outputs(self, cell: str, change: Change, known: Known, until: Deadline, look: Look | None) -> Outputs | None:
        bounds = Bounds(until, self._bounds.allowance())
        return self._code.changed(cell, change, self._part, known.inputs, bounds, look).outputs

    def _right(self, tried: list[tuple[str, Spot]], early: Early, until: Deadline) -> Found | None:
        """Return the first change that makes all right, and add those that were tried to a list."""
        for cell, spot in self._spots(self._bounds.lines):
            if until.is_over():
                break
            tried.append((cell, spot))
            early.start()
            outputs = self._outputs(cell, spot.change, self._known, until, early.look)
            if outputs is not None and self._known.is_right(outputs) and self._is_right_again(cell, spot):
                return Found(cell, spot.line, spot.quote, spot.change)
        return None

    def _is_right_again(self, cell: str, spot: Spot) -> bool:
        outputs = self._again(cell, spot)
        return outputs is not None and self._others.is_right(outputs)

    def _partly_right(self, tried: Sequence[tuple[str, Spot]], until: Deadline) -> Found | None:
        """Return the first change after which an accepted convention or one named mistake is left."""
        for cell, spot in tried:
            if until.is_over():
                break
            outputs = self._outputs(cell, spot.change, self._known, until, None)
            if outputs is None:
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
        # A confirmation is rare: it may take longer than what is left.
        return self._outputs(cell, spot.change, self._others, Deadline(LONGEST_RUN_S), None)

    def _spots(self, lines: dict[str, set[int]]) -> Iterator[tuple[str, Spot]]:
        for cell, run in lines.items():
            try:
                yield from ((cell, spot) for spot in spots(cell_source(cell), run))
            except (SyntaxError, ValueError, RecursionError):
                continue


def _is_as_seen(now: Trial, seen: PartObservation) -> bool:
    if seen.problem is not None:
        return bool(now.complaint) and now.complaint == seen.problem.message
    return now.outputs is not None and _same(now.outputs, seen.outputs)


def _same(some: Outputs, others: Outputs) -> bool:
    return some.keys() == others.keys() and all(
        one.shape == others[name].shape and one.tobytes() == others[name].tobytes() for name, one in some.items()
    )
