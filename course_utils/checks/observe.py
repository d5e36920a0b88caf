"""Run a probe on a student's objects and keep whatever happens as a record."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from io import StringIO

import numpy as np

from course_utils.checks.errors import describe_error
from course_utils.checks.objects import objects_by_name
from course_utils.checks.printing import first_prints
from course_utils.checks.standing_in import standing_in
from course_utils.checks.stubs import describe_stub
from course_utils.checks.types import Observation, PartObservation, Problem
from course_utils.kits.failures import kept_failures
from course_utils.kits.probe import (
    WITHIN_BUDGET,
    Inputs,
    IsEnough,
    Outputs,
    Part,
    Probe,
    ProbeFailure,
    gathered,
    never,
)

__all__ = ["conclude_part", "observe", "observe_part"]


def observe(probe: Probe, objects: Sequence[object], inputs: Inputs) -> Observation:
    """Run every part of `probe` and return what it saw.

    Args:
        probe: The probe of the exercise.
        objects: The student's objects in the order of `probe.objects`, or some of them with their own names.
        inputs: The probe's named inputs; every part gets its own copy.

    Raises:
        TypeError: The objects are not those of the probe.
    """
    by_name = objects_by_name(probe, objects)
    seen = (conclude_part(part, observe_part(part, by_name, inputs), inputs) for part in probe.parts)
    return Observation(probe.exercise, tuple(seen))


def observe_part(
    part: Part,
    objects: Mapping[str, object],
    inputs: Inputs,
    is_enough: IsEnough = never,
) -> PartObservation:
    """Run one part of a probe; an exception becomes a problem, KeyboardInterrupt passes.

    Where the part has a `summarise`, the arrays are raw until `conclude_part`.
    Of what the student's code prints, the first 2,000 characters are let through.

    Args:
        part: The part of the probe.
        objects: The student's objects by name.
        inputs: The probe's named inputs.
        is_enough: Called with the arrays as they come, where they come in pieces; the run stops once it is true.
    """
    start, cpu_start = time.perf_counter(), _cpu_s(part)
    arguments = [objects.get(name) for name in part.uses]
    missing = [name for name, value in zip(part.uses, arguments, strict=True) if value is None]
    if missing:
        return PartObservation(part.name, problem=Problem("not attempted", f"{missing[0]} is not defined."))
    with kept_failures() as failures:
        outputs, problem = _run(part, arguments, inputs, is_enough)
    cpu_s = _cpu_s(part) - cpu_start
    failed = describe_error(failures[0]) if failures else ""
    written = problem is None or problem.verdict != "not attempted"
    upon = _upon_stand_ins(part, objects, arguments, inputs) if part.upon and written else {}
    return PartObservation(part.name, outputs, problem, time.perf_counter() - start, upon, failed, cpu_s)


def conclude_part(part: Part, seen: PartObservation, inputs: Inputs) -> PartObservation:
    """Return what is judged of a part: raw arrays summarised, and whether a budget was kept to, where it has these.

    Args:
        part: The part of the probe.
        seen: What `observe_part` returned; untrusted in grading. Whatever is wrong with it becomes a problem.
        inputs: The inputs that the part was run with.
    """
    summarised = _summarised(part, seen, inputs)
    if not part.budget_s or summarised.problem is not None:
        return summarised
    statement = np.array(float(seen.cpu_s <= part.budget_s))
    return replace(summarised, outputs={**summarised.outputs, WITHIN_BUDGET: statement})


def _cpu_s(part: Part) -> float:
    """Return the processor time of this process; asking for it takes longer than many a part, so only with a budget."""
    return time.process_time() if part.budget_s else 0.0


def _summarised(part: Part, seen: PartObservation, inputs: Inputs) -> PartObservation:
    if part.summarise is None:
        return seen
    try:
        with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):
            upon = part.summarise(seen.upon, inputs) if seen.upon else {}
            outputs = part.summarise(seen.outputs, inputs) if seen.problem is None else {}
            return replace(seen, outputs=outputs, upon=upon)
    except ProbeFailure as failure:
        problem = Problem("wrong", str(failure))
    except Exception:
        problem = Problem("crashed", "The result of this part cannot be read.")
    return replace(seen, outputs={}, problem=problem, upon={})


def _upon_stand_ins(part: Part, objects: Mapping[str, object], arguments: Sequence[object], inputs: Inputs) -> Outputs:
    """Return what comes of a part upon stand-ins; nothing where it uses none of them, or where that fails.

    What the student's code prints has been seen already.
    """
    with standing_in(objects, part.upon) as replaced, redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        given = [part.upon.get(name, value) for name, value in zip(part.uses, arguments, strict=True)]
        return _run(part, given, inputs, never)[0] if replaced else {}


def _run(
    part: Part, arguments: Sequence[object], inputs: Inputs, is_enough: IsEnough
) -> tuple[Outputs, Problem | None]:
    try:
        # Warnings are the student's business only where the numbers are wrong.
        with first_prints(), warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):
            own = {name: np.array(array) for name, array in inputs.items()}
            return gathered(part.run(*arguments, own), is_enough), None
    except NotImplementedError as error:
        unwritten = describe_stub(error, part.uses)
        if unwritten is None:
            return {}, Problem("error", describe_error(error))
        return {}, Problem("error" if unwritten.begun else "not attempted", unwritten.says)
    except ProbeFailure as failure:
        return {}, Problem("wrong", str(failure))
    except (Exception, SystemExit) as error:
        return {}, Problem("error", describe_error(error))
