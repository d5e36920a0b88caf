"""Work on untrusted text in a process that may be ended: with a limit on its processor time and its memory.

What it does for one submission can neither hold up nor bring down the worker that grades it, whatever a parser makes of
the text. The process stays for the next submission, for which the limits begin again: a fork for each would copy the
page tables of a worker that has imported all of grading.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from autograder.sandbox.walls import linux

__all__ = ["Apart", "Ended"]

CPU_S = 5
MEMORY_BYTES = 1_000_000_000
# On a machine that is busy, a second of the processor takes several of the clock.
PATIENCE = 12
PAGE_BYTES = resource.getpagesize()
# A process that has grown by this share of its limit makes room for another one.
GROWN = 0.1


class Ended(Exception):
    """The process gave no answer."""


class Apart:
    """A process that works on one question after the other.

    It is a fork of the process that asks, made when that first asks, and again where it was ended.

    Args:
        work: Does the work; nothing that it changes is seen here. What it returns comes back as JSON.
        cpu_s: Processor time in seconds that a question may take.
        memory_bytes: Memory that a question may take beyond what the process has.
    """

    def __init__(self, work: Callable[[Any], Any], *, cpu_s: int = CPU_S, memory_bytes: int = MEMORY_BYTES) -> None:
        self._work, self._cpu_s, self._memory_bytes = work, cpu_s, memory_bytes
        self._lock = threading.Lock()
        self._process: _Process | None = None

    def ask(self, question: Any) -> Any:
        """Return what `work` returns for a question.

        Raises:
            Ended: It took more than it may, or it failed.
        """
        with self._lock:
            if self._process is None or not self._process.is_there():
                self.end()
                self._process = _Process(self._work, self._cpu_s, self._memory_bytes)
            said = self._process.answer(pickle.dumps(question), PATIENCE * self._cpu_s)
            if not said:
                self.end()
                raise Ended(f"it took more than {self._cpu_s} s or {self._memory_bytes / 1e9:.3g} GB")
            answer, grown = json.loads(said)
            if grown:
                self.end()
        return answer

    def end(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.end()
            self._process = None


class _Process:
    """The process, seen from the one that asks."""

    def __init__(self, work: Callable[[Any], Any], cpu_s: int, memory_bytes: int) -> None:
        self._owner = os.getpid()
        self._channel, theirs = socket.socketpair()
        # The collector writes to all that it looks through, which would copy what both processes share.
        gc.collect()
        gc.freeze()
        self._child = os.fork()
        if self._child == 0:
            _serve(work, theirs, cpu_s, memory_bytes)
        theirs.close()

    def is_there(self) -> bool:
        """Say whether it can be asked: by the process that made it, and as long as it has not ended."""
        if self._owner != os.getpid():
            return False
        with suppress(ChildProcessError):
            return os.waitid(os.P_PID, self._child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
        return False

    def answer(self, question: bytes, seconds: float) -> bytes:
        """Return its answer; nothing if none comes in time, or the process ends."""
        deadline = time.monotonic() + seconds
        found = bytearray()
        with suppress(OSError):
            self._channel.settimeout(seconds)
            self._channel.sendall(len(question).to_bytes(8, "big") + question)
            while not found.endswith(b"\n"):
                self._channel.settimeout(max(deadline - time.monotonic(), 0.001))
                chunk = self._channel.recv(1 << 16)
                if not chunk:
                    return b""
                found += chunk
            return bytes(found)
        return b""

    def end(self) -> None:
        self._channel.close()
        if self._owner == os.getpid():
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(self._child, signal.SIGKILL)
                os.waitpid(self._child, 0)


def _serve(work: Callable[[Any], Any], channel: socket.socket, cpu_s: int, memory_bytes: int) -> None:
    """Be the process: answer questions, or end without an answer; it ends with the one that asks."""
    try:
        _stand_alone(channel.fileno())
        first = _mapped_bytes()
        while True:
            length = int.from_bytes(_exactly(channel, 8), "big")
            question = pickle.loads(_exactly(channel, length))
            signal.setitimer(signal.ITIMER_PROF, cpu_s)  # its signal ends the process
            _limit(_mapped_bytes() + memory_bytes)
            answer = work(question)
            said = json.dumps((answer, _mapped_bytes() - first > GROWN * memory_bytes)).encode()
            _limit(resource.RLIM_INFINITY)
            signal.setitimer(signal.ITIMER_PROF, 0)
            channel.sendall(said + b"\n")
    finally:
        os._exit(0)


def _stand_alone(channel: int) -> None:
    """Close all that the parent left open, so that nobody who waits for its end waits for this process, too."""
    os.closerange(3, channel)
    os.closerange(channel + 1, 1 << 20)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)


def _limit(memory_bytes: int) -> None:
    if sys.platform == "linux":
        hardest = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, hardest))


def _mapped_bytes() -> int:
    if sys.platform != "linux":
        return 0
    return PAGE_BYTES * int(Path("/proc/self/statm").read_text().split()[0])


def _exactly(channel: socket.socket, length: int) -> bytes:
    """Return so many bytes.

    Raises:
        EOFError: The other end is closed.
    """
    found = bytearray()
    while len(found) < length:
        chunk = channel.recv(min(length - len(found), 1 << 20))
        if not chunk:
            raise EOFError
        found += chunk
    return bytes(found)
