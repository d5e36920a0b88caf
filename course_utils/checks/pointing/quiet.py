"""No effects outside of the computation: what would print, read, write, send, wait or start something is stopped."""

from __future__ import annotations

import io
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import cache

import numpy as np

from course_utils.checks.pointing.bounds import Stopped

__all__ = ["quiet"]

# Events of Python's audit (https://docs.python.org/3/library/audit_events.html), by their first word.
OUTSIDE = {
    "open", "os", "shutil", "socket", "subprocess", "tempfile", "signal", "urllib", "webbrowser", "ftplib", "smtplib",
    "http", "sqlite3", "pty", "mmap", "fcntl", "winreg", "msvcrt", "_thread", "_posixsubprocess", "time", "pathlib",
}  # fmt: skip
OUTSIDE_EVENTS = {
    "builtins.input", "builtins.breakpoint", "ctypes.dlopen", "sys.settrace", "sys.setprofile", "sys.addaudithook",
}  # fmt: skip

# Threads that are guarded, and until when: a guard that were left behind would end by itself.
_guarded: dict[int, float] = {}


class _Nowhere(io.TextIOBase):
    """A text stream that keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        return len(text)


@contextmanager
def quiet(until: float) -> Iterator[None]:
    """Stop, within the block, what this thread does outside of the computation; drop prints and warnings.

    Args:
        until: When the block is over at the latest, as `time.monotonic()`.
    """
    _listen()
    nowhere, thread = _Nowhere(), threading.get_ident()
    with (
        redirect_stdout(nowhere), redirect_stderr(nowhere), warnings.catch_warnings(action="ignore"),
        np.errstate(all="ignore"),
    ):  # fmt: skip
        _guarded[thread] = until
        try:
            yield
        finally:
            _guarded.pop(thread, None)


@cache
def _listen() -> None:
    """Add the hook, once: Python cannot take one away."""
    sys.addaudithook(_heard)


def _heard(event: str, arguments: tuple[object, ...]) -> None:
    if _guarded and _is_outside(event, arguments) and time.monotonic() < _guarded.get(threading.get_ident(), 0.0):
        raise Stopped


def _is_outside(event: str, arguments: tuple[object, ...]) -> bool:
    if event == "open" and arguments[1] == "r":
        return not str(arguments[0]).endswith(".py")  # Python reads its sources for messages
    return event.partition(".")[0] in OUTSIDE or event in OUTSIDE_EVENTS
