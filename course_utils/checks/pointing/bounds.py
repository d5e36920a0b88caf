"""An end to every run of changed code: by the number of its lines, by time and by the depth of its calls.

A trace function counts the lines that the student's code runs, so that the limit is the same in a notebook and in
grading, in every thread and on every system. Only a single call into a library, and a loop with nothing
in it, cannot be interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

from course_utils.checks.pointing.cells import is_cell
from course_utils.checks.pointing.deadline import Deadline

__all__ = ["Bounds", "Stopped", "bounded"]

# Beyond the lines that the unchanged code ran.
SLACK, FACTOR = 2_000, 4
RECURSION = 1_500
# Whoever draws, displays or starts something does it once for the check, and not again.
SHOWING = ("matplotlib", "IPython", "ipykernel", "ipywidgets", "fastprogress")


class Stopped(BaseException):
    """The run has been stopped; no `except Exception` of the student's code takes it for an error."""


class Bounds:
    """A trace function that stops a run; where only time counts, it keeps which lines of which cells it came to.

    Args:
        until: When the run has to be over.
        steps: So many lines and calls are allowed; None if only time counts.
    """

    def __init__(self, until: Deadline, steps: int | None = None) -> None:
        self.until, self._most = until, steps
        self.steps = 0
        self.lines: dict[str, set[int]] = {}
        self._kinds: dict[CodeType, str] = {}

    def allowance(self) -> int:
        """Return how many steps a changed run may take, if this was the unchanged one."""
        return FACTOR * self.steps + SLACK

    def __call__(self, frame: FrameType, event: str, arg: Any) -> Any:
        """Look at a call, and follow it line by line if it is one of the student's code.

        Nothing is stopped elsewhere: what the course and its libraries do around a run has to come to its end.
        """
        self.steps += 1
        code = frame.f_code
        if code not in self._kinds:
            self._kinds[code] = "cell" if is_cell(code.co_filename) else "showing" if _shows(code) else ""
        if self._kinds[code] == "showing":
            raise Stopped
        if not self._kinds[code]:
            return None
        self._keep(frame)
        self._stop_if_over()
        return self._line

    def _line(self, frame: FrameType, event: str, arg: Any) -> Any:
        if event == "line":
            self.steps += 1
            self._keep(frame)
            self._stop_if_over()
        return self._line

    def _keep(self, frame: FrameType) -> None:
        if self._most is None:
            self.lines.setdefault(frame.f_code.co_filename, set()).add(frame.f_lineno)

    def _stop_if_over(self) -> None:
        if (self._most is not None and self.steps > self._most) or self.until.is_over():
            raise Stopped


def _shows(code: CodeType) -> bool:
    path = code.co_filename.replace("\\", "/")
    return any(f"/{name}/" in path for name in SHOWING) or (code.co_qualname == "Thread.start")


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
