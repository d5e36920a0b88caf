"""The search for one change of the student's code that makes a part right."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from numpy.typing import NDArray

from course_utils.changes import Change
from course_utils.checks.errors import describe_error
from course_utils.checks.pointing.bounds import Bounds
from course_utils.checks.pointing.candidates import MILD, Spot
from course_utils.checks.pointing.cells import cell_source
from course_utils.checks.pointing.deadline import Deadline
from course_utils.checks.pointing.early import Early
from course_utils.checks.pointing.known import Known
from course_utils.checks.pointing.late_parts import import_late_parts
from course_utils.checks.pointing.order import Candidate, Order
from course_utils.checks.pointing.sequence import after_error, after_wrong_numbers
from course_utils.checks.pointing.student_code import StudentCode
from course_utils.checks.pointing.suspects import Place, suspicion
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
# Of the time, so much is for changes that make all right; the rest for those that leave a named mistake, where none is
# named yet.
FIRST = 0.75
# Where a run takes so many seconds, there is time for few.
SLOW_S = 0.02
# A changed run may take as much longer than the unchanged one; what did not come to its end, so many seconds.
LONGER, UNKNOWN_S = 4.0, 0.2


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
        until, first_until = Deadline(budget_s), Deadline(FIRST * budget_s)
        if seen.problem is not None:
            import_late_parts()
        now = self._unchanged(until)
        if not (_is_as_seen(now, seen) or self._is_by_chance(now, seen)) or self._took_s > LONGEST_RUN_S:
            return None
        if now.outputs is not None and self._known.is_right(now.outputs):
            return None
        tried: list[Candidate] = []
        likely = [(one.cell, Spot(one.change, one.line, one.quote)) for one in before if one.cell in self._bounds.lines]
        if now.outputs is None or self._known.is_named(now.outputs):
            return self._right(chain([likely], self._stages(now)), tried, until)
        found = self._right(chain([likely], self._stages(now)), tried, first_until)
        return found or self._partly_right(now.outputs, tried, until)

    def _unchanged(self, until: Deadline) -> Trial:
        """Run the code as it is, and learn from that what is to be known of a run."""
        self._bounds, left = Bounds(until), until.left()
        taken: list[NDArray[Any]] = []
        lines: list[set[Place]] = []

        def note(array: NDArray[Any]) -> None:
            taken.append(array)
            lines.append(self._bounds.recent_lines())

        now = self._code.run(self._part, self._known.inputs, self._bounds, note)
        self._took_s = left - until.left()
        self._most_s = max(LONGER * self._took_s, UNKNOWN_S)
        # What ends in an error, or in a complaint of the probe, has run in part.
        self._allowance = self._bounds.allowance() if now.outputs is not None else None
        self._early, self._order = Early(self._known.key, taken, now.outputs), Order()
        self._suspicion = suspicion(lines, self._early.was_right())
        return now

    def _stages(self, now: Trial) -> Iterator[list[Candidate]]:
        if now.outputs is None:
            return after_error(self._bounds, now)
        return after_wrong_numbers(self._bounds, self._suspicion, is_slow=self._took_s > SLOW_S)

    def _is_by_chance(self, now: Trial, seen: PartObservation) -> bool:
        """Say whether numbers differ from those seen as random ones do: the same arrays are right, and others not."""
        if seen.problem is not None or now.outputs is None or not _are_alike(now.outputs, seen.outputs):
            return False
        return self._known.right_names(now.outputs) == self._known.right_names(seen.outputs)

    def _outputs(self, cell: str, change: Change, known: Known, until: Deadline, look: Look | None) -> Outputs | None:
        bounds, start = Bounds(Deadline(min(until.left(), self._most_s)), self._allowance), time.thread_time()
        outputs = self._code.changed(cell, change, self._part, known.inputs, bounds, look).outputs
        self._last_s = time.thread_time() - start
        return outputs

    def _right(self, stages: Iterable[list[Candidate]], tried: list[Candidate], until: Deadline) -> Found | None:
        """Return the first change that makes all right, and add those that were tried to a list."""
        early = self._early
        for stage in stages:
            for cell, spot in self._order.of(stage):
                if until.is_over():
                    return None
                tried.append((cell, spot))
                scouts = early.can_scout and self._order.wants_scout((cell, spot))
                early.start(scouts=scouts)
                outputs = self._outputs(cell, spot.change, self._known, until, early.look)
                if outputs is not None and self._known.is_right(outputs) and self._is_right_again(cell, spot):
                    return Found(cell, spot.line, spot.quote, spot.change)
                self._order.learn((cell, spot), early.effect, to_end=scouts or not early.can_scout)
            # The next stage has to be made before its first change can be tried.
            if until.is_over():
                return None
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


def _is_as_seen(now: Trial, seen: PartObservation) -> bool:
    if seen.problem is not None and seen.problem.verdict == "error":
        return now.error is not None and describe_error(now.error) == seen.problem.message
    if seen.problem is not None:
        return bool(now.complaint) and now.complaint == seen.problem.message
    return now.outputs is not None and _same(now.outputs, seen.outputs)


def _are_alike(some: Outputs, others: Outputs) -> bool:
    return some.keys() == others.keys() and all(one.shape == others[name].shape for name, one in some.items())


def _same(some: Outputs, others: Outputs) -> bool:
    return some.keys() == others.keys() and all(
        one.shape == others[name].shape and one.tobytes() == others[name].tobytes() for name, one in some.items()
    )
