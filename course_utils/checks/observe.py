"""Run a probe on a student's objects and keep whatever happens as a record."""

from __future__ import annotations

import copy
import time
import traceback
from collections.abc import Mapping, Sequence

import numpy as np

from course_utils.checks.types import Observation, PartObservation, Problem
from course_utils.probes.base import Inputs, Part, Probe, ProbeFailure

__all__ = ["observe", "observe_part"]


def observe(probe: Probe, objects: Sequence[object], inputs: Inputs) -> Observation:
    """Run every part of `probe` and return what it saw.

    Args:
        probe: The probe of the exercise.
        objects: The student's objects in the order of `probe.objects`.
        inputs: The probe's named inputs; every part gets its own copy.

    Raises:
        TypeError: The number of objects is not that of the probe.
    """
    if len(objects) != len(probe.objects):
        wanted = ", ".join(probe.objects)
        raise TypeError(f"check({probe.exercise!r}, {wanted}) takes {len(probe.objects)} objects, found {len(objects)}")
    by_name = dict(zip(probe.objects, objects, strict=True))
    return Observation(probe.exercise, tuple(observe_part(part, by_name, inputs) for part in probe.parts))


def observe_part(part: Part, objects: Mapping[str, object], inputs: Inputs) -> PartObservation:
    """Run one part of a probe; an exception becomes a problem, KeyboardInterrupt passes."""
    start = time.perf_counter()
    arguments = [objects.get(name) for name in part.uses]
    missing = [name for name, value in zip(part.uses, arguments, strict=True) if value is None]
    if missing:
        problem = Problem("not attempted", f"{missing[0]} is not defined.")
        return PartObservation(part.name, problem=problem)
    try:
        # Warnings are the student's business only where the numbers are wrong.
        with np.errstate(all="ignore"):
            outputs = part.run(*arguments, copy.deepcopy(dict(inputs)))
    except NotImplementedError:
        problem = Problem("not attempted", f"{part.name} is still a stub.")
    except ProbeFailure as failure:
        problem = Problem("wrong", str(failure))
    except Exception as error:
        problem = Problem("error", _describe(error))
    else:
        return PartObservation(part.name, outputs, duration_s=time.perf_counter() - start)
    return PartObservation(part.name, problem=problem, duration_s=time.perf_counter() - start)


def _describe(error: Exception) -> str:
    text = f"{type(error).__name__}: {error}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "course_utils" not in frame.filename]
    own = [frame for frame in frames if "site-packages" not in frame.filename]
    if not own or not own[-1].line:
        return f"Your code raised {text}"
    return f"Your code raised {text} (in {own[-1].name}, at `{own[-1].line.strip()}`)"
