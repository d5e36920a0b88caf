"""The process in which a submission runs: takes cells and probes from the trusted side, and answers each.

Everything here shares its memory with student code, so nothing here is a wall and nothing here is secret. A submission
that takes this code over can only lie about what its own functions returned, without knowing what would be right.
"""

from __future__ import annotations

import os
import socket
import sys
import traceback
from collections.abc import Mapping
from types import CodeType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.sandbox.frames import pack, receive
from autograder.sandbox.reset import reset_state
from autograder.sandbox.shell import RECORDER, GradingShell, record_streams
from course_utils.checks.observe import observe_part
from course_utils.checks.types import PartObservation, Problem
from course_utils.kits.probe import load_probe

__all__ = ["answer_requests", "greet"]

Answer = tuple[dict[str, Any], dict[str, NDArray[Any]]]


def greet(channel: socket.socket, failures: Mapping[str, str], error: str = "") -> None:
    """Say which walls could not be built, before any student code."""
    channel.sendall(pack({"number": 0, "failures": failures, "error": error}, {}))


def answer_requests(channel: socket.socket, shell: GradingShell) -> None:
    """Answer requests until the trusted side hangs up; never returns."""
    record_streams()
    reset_state("")
    sys.path.insert(0, "")  # the working folder, as in a notebook: what %%writefile writes can be imported
    try:
        while True:
            request, arrays = receive(channel)
            reply, outputs = _cell(request, shell) if request["kind"] == "cell" else _part(request, arrays, shell)
            channel.sendall(pack({**reply, "number": request["number"]}, outputs))
    finally:
        os._exit(0)


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
        reply |= {"message": f"{name}: {_text(error)}", "error": name, "line": _line(error, request["source"])}
    return reply, {}


def _line(error: BaseException, source: str) -> str:
    """Return the line of a cell in whose statement an error was raised; empty if nobody knows."""
    try:
        lines = source.lstrip("\n").splitlines()  # IPython does not count empty lines above
        if isinstance(error, SyntaxError) and not error.__traceback__:
            return lines[(error.lineno or 1) - 1].strip()
        numbers = [number for frame, number in traceback.walk_tb(error.__traceback__) if _is_top(frame.f_code)]
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
    try:
        seen = observe_part(part, objects, inputs)
    except BaseException as escaped:
        problem = Problem("error", f"Your code raised {type(escaped).__name__}: {_text(escaped)}")
        seen = PartObservation(part.name, problem=problem)
    if sum(array.nbytes for array in seen.outputs.values()) > request["output_bytes"]:
        seen = PartObservation(part.name, problem=Problem("wrong", "What came back is far too large."))
    problem_record = {"verdict": seen.problem.verdict, "message": seen.problem.message} if seen.problem else None
    return {"problem": problem_record}, {name: np.asarray(array) for name, array in seen.outputs.items()}


def _text(error: BaseException) -> str:
    try:
        return str(error)[:2000]
    except Exception:
        return "(its message cannot be shown)"
