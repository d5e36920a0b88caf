"""An end to every run of changed code: by the number of its lines, by time and by the depth of its calls.

A trace function counts the lines that the student's code runs, so that the limit is the same in a notebook and in
grading, in every thread and on every system. Only a single call into a library, and a loop with nothing
in it, cannot be interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from time import monotonic
from types import FrameType
from typing import Any

from course_utils.checks.pointing.cells import is_cell
from course_utils.checks.pointing.deadline import Deadline
from course_utils.checks.pointing.sorts import add_sorts

__all__ = ["Bounds", "Stopped", "bounded"]

# Beyond the lines that the unchanged code ran.
SLACK, FACTOR = 10_000, 4
RECURSION = 1_500
# Whoever draws, displays or starts something does it once for the check, and not again.
SHOWING = ("matplotlib", "IPython", "ipykernel", "ipywidgets", "fastprogress")


class Stopped(BaseException):
    """The run has been stopped; no `except Exception` of the student's code takes it for an error."""


class Bounds:
    """A trace function that stops a run; where only time counts, it keeps lines, the last one, and sorts of values.

    It is called for every line of a loop, where every lookup of its own takes as long as a step of the student's code:
    hence the plain conditions.

    Args:
        until: When the run has to be over.
        steps: So many lines and calls are allowed; None if only time counts.
    """

    def __init__(self, until: Deadline, steps: int | None = None) -> None:
        self.until = until
        self.steps = 0
        self.lines: dict[str, set[int]] = {}
        self.last: dict[str, int] = {}
        self.sorts: dict[str, dict[str, set[str]]] = {}
        self._ended: set[tuple[str, int]] = set()
        self._most = sys.maxsize if steps is None else steps
        self._on_line = self._keep_line if steps is None else self._line
        # By the name of the file, which is compared faster than a code object.
        self._in_cell: dict[str, bool] = {}

    def allowance(self) -> int:
        """Return how many steps a changed run may take, if this was the unchanged one."""
        return FACTOR * self.steps + SLACK

    def __call__(self, frame: FrameType, event: str, arg: Any) -> Any:
        """Look at a call, and follow it line by line if it is one of the student's code.

        Nothing is stopped elsewhere: what the course and its libraries do around a run has to come to its end.
        """
        self.steps += 1
        name = frame.f_code.co_filename
        if name not in self._in_cell:
            self._in_cell[name] = is_cell(name)
        if self._in_cell[name]:
            return self._on_line(frame, "line", arg)
        if _shows(name) or (_starts(name) and frame.f_code.co_name == "start"):
            raise Stopped
        return None

    def _line(self, frame: FrameType, event: str, arg: Any) -> Any:
        if event == "line":
            self.steps += 1
            if self.steps > self._most or monotonic() >= self.until.not_before:
                self._stop_if_over()
        return self._line

    def _keep_line(self, frame: FrameType, event: str, arg: Any) -> Any:
        cell = frame.f_code.co_filename
        self.lines.setdefault(cell, set()).add(frame.f_lineno)
        self.last = {cell: frame.f_lineno}
        if event == "return" and (cell, frame.f_code.co_firstlineno) not in self._ended:
            self._ended.add((cell, frame.f_code.co_firstlineno))
            add_sorts(self.sorts.setdefault(cell, {}), frame.f_locals)
        self._line(frame, event, arg)
        return self._keep_line

    def _stop_if_over(self) -> None:
        if self.steps > self._most or self.until.is_over():
            raise Stopped


@lru_cache(maxsize=4096)
def _shows(name: str) -> bool:
    path = name.replace("\\", "/")
    return any(f"/{one}/" in path for one in SHOWING)


@lru_cache(maxsize=4096)
def _starts(name: str) -> bool:
    return name.replace("\\", "/").endswith("/threading.py")


@contextmanager
def bounded(bounds: Bounds) -> Iterator[None]:
    """Apply the bounds within the block."""
    depth = sys.getrecursionlimit()
    sys.setrecursionlimit(min(depth, RECURSION))
    sys.settrace(bounds)
    try:
        yield
    finally:
        sys.settrace(None)
        sys.setrecursionlimit(depth)
