"""Slips made in right solutions at known lines, most of them in foreign styles, and what a check says of them."""

import random
import re
import time
import zlib
from dataclasses import dataclass, replace
from itertools import islice

from autograder.catalogue.solution import load_solution
from course_utils.changes import Change, Text, small_changes
from course_utils.checks.judge import judge_part
from course_utils.checks.observe import observe
from course_utils.checks.pointing import find_change, unused_value
from course_utils.checks.recorded import load_recorded
from course_utils.kits.probe import load_probe
from tests.checks.pointing.typed import run_cell
from tests.exercises.foreign import MADE, foreign_cells
from tests.exercises.matrix import material

__all__ = ["OUTCOMES", "Outcome", "outcomes"]

OUTCOMES = ("pointed at", "another line", "named", "quoted", "unused", "neither", "false")
# What is put in is the wrong line, or leaves the right one in a second place.
NOWHERE = ("return-in-loop", "argument-unused", "arguments-unused")
# Of so many slips for each one that is wanted, the others change nothing that is judged.
TRIES = 4


@dataclass(frozen=True)
class Outcome:
    """What became of a slip.

    Args:
        kind: One of `OUTCOMES`: its line is pointed at, or another one; or the mistake is only named; or an error is
            quoted with its line, or a wrong number with its name; or a value is said to be used nowhere, of which the
            slip has taken away the use; or neither. False is a line of which the sentence does not hold on fresh
            inputs.
        seconds: How long the search took, in seconds of work.
        what: The slip and what was found, for people.
    """

    kind: str
    seconds: float
    what: str


@dataclass(frozen=True)
class _Cell:
    """A right solution: its text, and how to get its objects from what the text defines."""

    source: str
    given: dict
    objects: object


@dataclass(frozen=True)
class _Slip:
    cell: _Cell
    change: Change
    line: int

    @property
    def lines(self):
        """The lines that are right to point at: of a statement that is gone, those around it; of two, both."""
        if self.change.kind == "statement-missing":
            rows = self.change.applied(self.cell.source).splitlines()
            above = next((n for n in range(self.line - 1, 0, -1) if rows[n - 1].strip()), self.line)
            return {self.line, above}
        piece = self.cell.source[self.change.start : self.change.end]
        return {*range(self.line, self.line + 1 + (piece.count("\n") if self.change.kind == "order" else 0))}


def outcomes(exercise, most, budget_s, seed):
    """Return what becomes of some slips, the same ones for the same seed; none where a part trains.

    Args:
        exercise: Exercise id.
        most: So many parts that are wrong are looked at.
        budget_s: Seconds for each search.
        seed: For the choice of slips, and for the inputs on which lines are confirmed.
    """
    if all(part.limit_s for part in load_probe(exercise).parts):
        return []
    found = []
    for slip in islice(_slips(exercise, seed), TRIES * most):
        if len(found) < most:
            found += _of_slip(exercise, slip, budget_s, seed)
    return found


def _of_slip(exercise, slip, budget_s, seed):
    source = slip.change.applied(slip.cell.source)
    try:
        objects = slip.cell.objects(run_cell(source, dict(slip.cell.given)))
    except Exception:
        return []  # a cell that raises is no business of the check
    probe, (inputs, key) = load_probe(exercise), load_recorded(exercise)
    seen = observe(probe, objects, inputs).parts
    by_name = dict(zip(probe.objects, objects, strict=True))
    found, before = [], []
    for part, observed, part_key in zip(probe.parts, seen, key.parts, strict=True):
        said = judge_part(observed, part_key, exercise, 1.0)
        if said.verdict in ("wrong", "error"):
            start = time.thread_time()
            line = find_change(exercise, part, [by_name[name] for name in part.uses], observed, budget_s, before)
            before += [line] if line else []
            seconds = time.thread_time() - start
            kind = _kind(exercise, part, slip, source, said, line, seed)
            what = f"{part.name}: {slip.change.kind} in line {slip.line}" + (f", found in {line.line}" if line else "")
            found.append(Outcome(kind, seconds, what))
    return found


def _kind(exercise, part, slip, source, said, line, seed):
    if line is not None and not _holds(exercise, part, slip.cell, line, source, seed):
        return "false"
    if line is not None:
        return "pointed at" if line.line in slip.lines else "another line"
    if said.misconceptions:
        return "named"
    if said.verdict == "error":
        return "quoted" if "at `" in said.message else "neither"
    if _is_quoted(slip.change, said.message):
        return "quoted"
    return _of_unused(exercise, part, slip, source)


def _is_quoted(change, message):
    """Say whether a message names the number that a slip has written"""
    try:
        written = float(change.new)
    except ValueError:
        return False
    return change.kind == "constant" and re.search(rf"\bis {re.escape(f'{written:g}')}[;.]", message) is not None


def _of_unused(exercise, part, slip, source):
    """Say whether a value is told to be used nowhere; if the right solution does not use it either, that misleads."""
    now, before = (_unused(exercise, part, slip.cell, text) for text in (source, slip.cell.source))
    return "neither" if now is None else "another line" if now == before else "unused"


def _unused(exercise, part, cell, source):
    objects = cell.objects(run_cell(source, dict(cell.given)))
    by_name = dict(zip(load_probe(exercise).objects, objects, strict=True))
    found = unused_value([by_name[name] for name in part.uses])
    return found[1] if found else None


def _holds(exercise, part, cell, line, source, seed):
    """Say whether a change makes the part right on fresh inputs, or leaves one mistake."""
    inputs, key = material(exercise, seed)
    changed = line.change.applied(source)
    seen = observe(load_probe(exercise), cell.objects(run_cell(changed, dict(cell.given))), inputs)
    keys, parts = {one.name: one for one in key.parts}, {one.name: one for one in seen.parts}
    said = judge_part(parts[part.name], keys[part.name], exercise, 1.0)
    return said.verdict in (("misconception",) if line.left else ("correct", "variant"))


def _slips(exercise, seed):
    """Yield slips of all cells in turn."""
    rng = random.Random(zlib.crc32(exercise.encode()) + seed)
    waiting = [_slips_of(cell, rng) for cell in _cells(exercise)]
    while any(waiting):
        yield from (some.pop() for some in waiting if some)


def _slips_of(cell, rng):
    begins, last = Text(cell.source), cell.source.rstrip().count("\n")
    changes = small_changes(cell.source, under_conditions=False)
    made = [_Slip(cell, one, begins.statement_at(one.start)) for one in changes if one.line <= last]
    chosen = [_gone(one) for one in made if one.change.kind not in NOWHERE and not one.change.is_default]
    return rng.sample(chosen, len(chosen))


def _gone(slip):
    """Return a slip that leaves out a statement with its whole line, where others are left beside it."""
    source, change = slip.cell.source, slip.change
    start, end = source.rfind("\n", 0, change.start) + 1, source.find("\n", change.end) + 1
    if change.kind != "statement-missing" or not end or source[start : change.start].strip():
        return slip
    gone = replace(change, start=start, end=end, new="")
    try:
        compile(gone.applied(source), "", "exec")
    except SyntaxError:
        return slip  # it is the only one of its block
    return replace(slip, change=gone)


def _cells(exercise):
    """Return the solutions in other styles; ours where there is none."""
    if foreign := foreign_cells(exercise):
        return [_Cell(one.source, {"__name__": "__main__"}, lambda space: space[MADE]) for one in foreign]
    solution, names = load_solution(exercise), load_probe(exercise).objects
    return [_Cell(solution.source, solution.given_names(), lambda space: [space.get(name) for name in names])]
