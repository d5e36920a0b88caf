"""An end to every run of changed code: by the number of its lines, by time and by the depth of its calls.

A trace function counts the lines that the student's code runs, so that the limit is the same in a notebook and in
grading, in every thread and on every system. Only a single call into a library, and a loop with nothing
in it, cannot be interrupted.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from functools import lru_cache
from time import monotonic
from types import CodeType, FrameType
from typing import Any

from course_utils.checks.pointing.cells import is_cell
from course_utils.checks.pointing.deadline import Deadline
from course_utils.checks.pointing.sorts import add_sorts

__all__ = ["Bounds", "Stopped", "bounded"]

# Beyond the lines that the unchanged code ran.
SLACK, FACTOR = 10_000, 4
RECURSION = 1_500
# With these, code goes back to an earlier line.
LOOPING = frozenset(number for name, number in dis.opmap.items() if "BACKWARD" in name or name == "JUMP_ABSOLUTE")
# Whoever draws, displays or starts something does it once for the check, and not again.
SHOWING = ("matplotlib", "IPython", "ipykernel", "ipywidgets", "fastprogress")


class Room(Enum):
    """Where code was written: by the student, or in a file that shows something, starts threads, or does neither."""

    CELL, SHOWING, THREADS, LIBRARY = range(4)


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
        self._rooms: dict[str, Room] = {}
        # By identity, as codes are compared by all that is in them.
        self._loops: dict[int, bool] = {}
        self._recent: set[tuple[str, int]] = set()

    def allowance(self) -> int:
        """Return how many steps a changed run may take, if this was the unchanged one."""
        return FACTOR * self.steps + SLACK

    def __call__(self, frame: FrameType, event: str, arg: Any) -> Any:
        """Look at a call, and follow it line by line if it is one of the student's code.

        Nothing is stopped elsewhere: what the course and its libraries do around a run has to come to its end.
        """
        self.steps += 1
        name = frame.f_code.co_filename
        room = self._rooms.get(name)
        if room is None:
            room = self._rooms[name] = Room.CELL if is_cell(name) else _room(name)
        if room is Room.LIBRARY:
            return None
        if room is Room.CELL:
            return self._on_line(frame, "line", arg) if self._is_followed(frame.f_code) else None
        if room is Room.SHOWING or frame.f_code.co_name == "start":
            raise Stopped
        return None

    def recent_lines(self) -> set[tuple[str, int]]:
        """Return cells and lines that were run since this was asked for the last time."""
        recent, self._recent = self._recent, set()
        return recent

    def _is_followed(self, code: CodeType) -> bool:
        """Say whether lines are counted: always where they are kept, and else where there are loops."""
        if self._most == sys.maxsize:
            return True
        if id(code) not in self._loops:
            self._loops[id(code)] = not LOOPING.isdisjoint(code.co_code[::2])
        if not self._loops[id(code)] and (self.steps > self._most or monotonic() >= self.until.not_before):
            self._stop_if_over()
        return self._loops[id(code)]

    def _line(self, frame: FrameType, event: str, arg: Any) -> Any:
        if event == "line":
            self.steps += 1
            if self.steps > self._most or monotonic() >= self.until.not_before:
                self._stop_if_over()
        return self._line

    def _keep_line(self, frame: FrameType, event: str, arg: Any) -> Any:
        cell = frame.f_code.co_filename
        self.lines.setdefault(cell, set()).add(frame.f_lineno)
        self._recent.add((cell, frame.f_lineno))
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
def _room(name: str) -> Room:
    path = name.replace("\\", "/")
    if any(f"/{one}/" in path for one in SHOWING):
        return Room.SHOWING
    return Room.THREADS if path.endswith("/threading.py") else Room.LIBRARY


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
