"""The process in which a submission runs: takes cells and probes from the trusted side, and answers each.

Everything here shares its memory with student code, so nothing here is a wall and nothing here is secret. A submission
that takes this code over can only lie about what its own functions returned, without knowing what would be right.
"""

from __future__ import annotations

import os
import socket
import traceback
from collections.abc import Mapping, Sequence
from site import addsitedir
from types import CodeType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.sandbox.frames import UPON, pack, receive
from autograder.sandbox.library_calls import library_objects, watch_library_calls
from autograder.sandbox.reset import reset_state
from autograder.sandbox.shell import RECORDER, GradingShell, record_streams
from autograder.sandbox.types import LibraryUse
from course_utils.checks.observe import conclude_part, observe_part
from course_utils.checks.pointing import find_change, outputs_after
from course_utils.checks.recorded import load_recorded
from course_utils.checks.types import PartObservation, Problem
from course_utils.kits.probe import Part, load_probe

__all__ = ["answer_requests", "greet"]

Answer = tuple[dict[str, Any], dict[str, NDArray[Any]]]


def greet(channel: socket.socket, failures: Mapping[str, str], stand_ins: Sequence[str], error: str = "") -> None:
    """Say which walls could not be built, and what stands in for them, before any student code."""
    channel.sendall(pack({"number": 0, "failures": failures, "stand_ins": list(stand_ins), "error": error}, {}))


def answer_requests(channel: socket.socket, shell: GradingShell) -> None:
    """Answer requests until the trusted side hangs up; never returns."""
    record_streams()
    reset_state("")
    addsitedir(os.getcwd())  # what %%writefile writes can be imported, as in a notebook
    try:
        while True:
            request, arrays = receive(channel)
            reply, outputs = _answer(request, arrays, shell)
            channel.sendall(pack({**reply, "number": request["number"]}, outputs))
    finally:
        os._exit(0)


def _answer(request: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], shell: GradingShell) -> Answer:
    if request["kind"] == "cell":
        return _cell(request, shell)
    return _part(request, arrays, shell) if request["kind"] == "part" else _line(request, arrays, shell)


def _cell(request: Mapping[str, Any], shell: GradingShell) -> Answer:
    RECORDER.start(request["output_bytes"])
    shell.raised.clear()
    try:
        result = shell.run_cell(request["source"], store_history=True)  # type: ignore[no-untyped-call]
        raised = [error for error in (result.error_before_exec, *shell.raised) if error is not None]
    except BaseException as escaped:
        raised = [escaped]
    # What a stub raises says nothing about the other statements.
    error = next((one for one in raised if not isinstance(one, NotImplementedError)), next(iter(raised), None))
    reply = {"message": "", "error": "", "line": "", "outputs": RECORDER.take()}
    if error is not None:
        name = type(error).__name__
        message = ": ".join(filter(None, (name, _text(error))))
        reply |= {"message": message, "error": name, "line": _failing_line(error, request["source"])}
    return reply, {}


def _failing_line(error: BaseException, source: str) -> str:
    """Return the line of a cell in whose statement an error was raised; empty if nobody knows."""
    try:
        lines = source.lstrip("\n").splitlines()  # IPython does not count empty lines above
        numbers = [number for frame, number in traceback.walk_tb(error.__traceback__) if _is_top(frame.f_code)]
        if not numbers and isinstance(error, SyntaxError):  # the cell itself could not be read
            numbers = [error.lineno or 1]
        return lines[numbers[0] - 1].strip()
    except Exception:
        return ""


def _is_top(code: CodeType) -> bool:
    return code.co_name == "<module>" and not os.path.isfile(code.co_filename)


def _part(request: Mapping[str, Any], inputs: Mapping[str, NDArray[Any]], shell: GradingShell) -> Answer:
    probe = load_probe(request["exercise"])
    part = next(part for part in probe.parts if part.name == request["part"])
    objects = {name: shell.user_ns.get(name) for name in probe.objects}
    RECORDER.start(0)
    reset_state(probe.exercise)
    uses: tuple[LibraryUse, ...] = ()
    if request["watch"]:
        with watch_library_calls() as calls:
            seen = _observed(part, objects, inputs)
        uses = _uses(part, objects, calls)
    else:
        seen = _observed(part, objects, inputs)
    arrays = {**seen.outputs, **{f"{UPON}{name}": array for name, array in seen.upon.items()}}
    if sum(array.nbytes for array in arrays.values()) > request["output_bytes"]:
        seen, arrays = PartObservation(part.name, problem=Problem("wrong", "What came back is far too large.")), {}
    problem_record = {"verdict": seen.problem.verdict, "message": seen.problem.message} if seen.problem else None
    used = [[use.name, use.text, use.of] for use in uses]
    answer = {"problem": problem_record, "failed": seen.failed, "uses": used}
    return answer, {name: np.asarray(array) for name, array in arrays.items()}


def _uses(part: Part, objects: Mapping[str, object], calls: Mapping[str, LibraryUse]) -> tuple[LibraryUse, ...]:
    try:
        own = tuple(library_objects({name: objects[name] for name in part.uses}))
    except Exception:  # an object can raise wherever it is looked at
        own = ()
    return (*own, *calls.values())


def _observed(part: Part, objects: Mapping[str, object], inputs: Mapping[str, NDArray[Any]]) -> PartObservation:
    try:
        return observe_part(part, objects, inputs)
    except BaseException as escaped:
        problem = Problem("error", f"Your code raised {type(escaped).__name__}: {_text(escaped)}")
        return PartObservation(part.name, problem=problem)


def _line(request: Mapping[str, Any], inputs: Mapping[str, NDArray[Any]], shell: GradingShell) -> Answer:
    """Look for a change on the recorded inputs, and run what was found on the fresh ones."""
    probe = load_probe(request["exercise"])
    part = next(part for part in probe.parts if part.name == request["part"])
    objects = {name: shell.user_ns.get(name) for name in probe.objects}
    arguments = [objects[name] for name in part.uses]
    RECORDER.start(0)
    reset_state(probe.exercise)
    try:
        recorded, _ = load_recorded(probe.exercise)
        seen = conclude_part(part, observe_part(part, objects, recorded), recorded)
        found = find_change(probe.exercise, part, arguments, seen)
        if found is None:
            return {"claim": None}, {}
        outputs = outputs_after(found, part, arguments, inputs, request["seconds"])
    except BaseException:
        return {"claim": None}, {}
    return {"claim": found.record()}, {name: np.asarray(array) for name, array in outputs.items()}


def _text(error: BaseException) -> str:
    try:
        # The text of an error in the syntax ends with the name that IPython gives to the cell.
        return str(error.msg if isinstance(error, SyntaxError) else error)[:2000]
    except Exception:
        return "(its message cannot be shown)"
