"""Pointing at a line for every part of a check that is wrong."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

from course_utils.checks.pointing.bounds import Bounds
from course_utils.checks.pointing.cells import cell_source
from course_utils.checks.pointing.deadline import Deadline
from course_utils.checks.pointing.interrupts import interrupts_wait
from course_utils.checks.pointing.known import Known
from course_utils.checks.pointing.memory import memory_limited
from course_utils.checks.pointing.own_code import cells_of
from course_utils.checks.pointing.search import BUDGET_S, Found, Search
from course_utils.checks.pointing.sentence import pointed_at, unused_at
from course_utils.checks.pointing.student_code import StudentCode
from course_utils.checks.pointing.unused import unused_value
from course_utils.checks.recorded import load_recorded, load_second
from course_utils.checks.shown_cells import cell_number, shown_line
from course_utils.checks.types import Judgement, Observation, PartObservation, Pointed
from course_utils.kits.probe import Inputs, Outputs, Part, Probe

__all__ = ["find_change", "outputs_after", "point_at"]


def point_at(judgement: Judgement, probe: Probe, objects: Mapping[str, object], observation: Observation) -> Judgement:
    """Return a judgement whose parts that are wrong or raise an error have the line to look at, where one was found.

    Where there is none, and nothing is known of the mistake either, it is the line of a value that is used nowhere.

    Args:
        judgement: What the judge said for the recorded inputs.
        probe: The probe of the exercise.
        objects: The student's objects by their names.
        observation: What was judged.
    """
    seen = {one.name: one for one in observation.parts}
    parts = dict(zip((part.name for part in probe.parts), judgement.parts or (judgement,), strict=True))
    until, before = Deadline(BUDGET_S), list[Found]()
    wrong = [one for one in probe.parts if parts[one.name].verdict in ("wrong", "error") and one.name in seen]
    for number, part in enumerate(wrong):
        arguments = [objects[name] for name in part.uses]
        # One part for which nothing is found leaves time for the others.
        share_s = until.left() if number == len(wrong) - 1 else until.left() / 2
        found = find_change(probe.exercise, part, arguments, seen[part.name], share_s, before)
        before += [found] if found else []
        line = _pointed(found, part, arguments) if found else _unused(parts[part.name], arguments)
        parts[part.name] = replace(parts[part.name], pointed=line)
    return replace(judgement, parts=tuple(parts.values())) if judgement.parts else parts[probe.parts[0].name]


def find_change(
    exercise: str,
    part: Part,
    arguments: Sequence[object],
    seen: PartObservation,
    budget_s: float = BUDGET_S,
    before: Sequence[Found] = (),
) -> Found | None:
    """Return a change that makes a part right on both recorded sets of inputs; None where none is found in time.

    Args:
        exercise: Exercise id.
        part: The part.
        arguments: The student's objects that it uses.
        seen: What the part gave for the recorded inputs.
        budget_s: Seconds for the search.
        before: Changes that were found for other parts; they are tried first.
    """
    second = load_second(exercise)
    if second is None or sys.gettrace() is not None:  # a debugger looks on, and runs would end in its breakpoints
        return None
    inputs, key = load_recorded(exercise)
    key_of, second_of = ({one.name: one for one in known.parts} for known in (key, second[1]))
    known, others = Known(inputs, key_of[part.name]), Known(second[0], second_of[part.name])
    try:
        with interrupts_wait(), memory_limited():
            return Search(part, StudentCode(arguments), known, others).run(seen, budget_s, before)
    except Exception:
        # Objects of a student may do anything when they are looked at; what only helps must not stop a check.
        return None


def outputs_after(found: Found, part: Part, arguments: Sequence[object], inputs: Inputs, limit_s: float) -> Outputs:
    """Return the raw arrays that a part gives for other inputs after a change; none where it comes to no end.

    Args:
        found: The change.
        part: The part.
        arguments: The student's objects that it uses.
        inputs: The inputs.
        limit_s: Seconds for the run.
    """
    raw = replace(part, summarise=None)
    bounds = Bounds(Deadline(limit_s))
    return StudentCode(arguments).changed(found.cell, found.change, raw, inputs, bounds).outputs or {}


def _unused(said: Judgement, arguments: Sequence[object]) -> Pointed | None:
    """Return the line of a value that is used nowhere, for a part of which nothing else is known."""
    if said.verdict != "wrong" or said.misconceptions:
        return None
    try:
        found = unused_value(arguments)
    except Exception:
        # As in `find_change`: a class of a student may do anything when it is looked at.
        return None
    if found is None:
        return None
    cell, unread = found
    shown = shown_line(cell, unread.line)
    source = "\n" * (shown - unread.line) + cell_source(cell)
    elsewhere = cell not in cells_of(arguments)
    return unused_at(source, shown, unread, elsewhere=elsewhere, cell=cell_number(cell))


def _pointed(found: Found, part: Part, arguments: Sequence[object]) -> Pointed:
    shown = shown_line(found.cell, found.line)
    return pointed_at(
        "\n" * (shown - found.line) + cell_source(found.cell),
        shown,
        part,
        kind=found.change.kind,
        left=found.left,
        elsewhere=found.cell not in cells_of(arguments),
        cell=cell_number(found.cell),
    )
