"""The trusted side's end of one fork: asks it, with limits on time, memory and size. Checks nothing of an answer."""

from __future__ import annotations

import json
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from numpy.typing import NDArray

from autograder.sandbox.endings import Broken, End, Lost
from autograder.sandbox.frames import HEADER, pack
from autograder.sandbox.types import Limits
from autograder.sandbox.watch import Watch

__all__ = ["Child"]

FRAME_SLACK = 1 << 20
LOOK_MS = 50
ENDING_S = 30.0  # for a process that is on its way out to be gone
CREDENTIALS = struct.Struct("iII")  # pid, uid, gid
SO_PASSCRED, SCM_CREDENTIALS = 16, 2


class Child:
    """One fork, in which cells and probes run one after the other.

    Attributes:
        asked_cpu_s: Processor time that the last answer took, of all processes of the submission; 0 where it was not
            measured, or cannot be seen (not on Linux).
    """

    def __init__(self, channel: socket.socket, stop: Callable[[float], End], limits: Limits, cpu_s: int) -> None:
        self.channel, self.limits, self.cpu_s = channel, limits, cpu_s
        self._stop = stop
        self._number = 0
        self._watch: Watch | None = None
        self._look_at = 0.0
        self.asked_cpu_s = 0.0
        if sys.platform == "linux":
            channel.setsockopt(socket.SOL_SOCKET, SO_PASSCRED, 1)
        channel.setblocking(False)

    def greet(self, seconds: float) -> tuple[dict[str, str], tuple[str, ...]]:
        """Wait until the walls stand; return those that do not, and why, and what stands in for them.

        No student code has run until then.
        """
        deadline = time.monotonic() + seconds
        try:
            self._watch = self._identify(deadline)
            answer, _ = self._receive(deadline)
        except (OSError, ValueError):
            raise Broken(f"a new process of the sandbox {_how_it_ended(self.close().status)}") from None
        if answer["error"]:
            self.close()
            raise Broken(f"a new process of the sandbox did not start:\n{answer['error']}")
        return dict(answer["failures"]), tuple(answer["stand_ins"])

    def ask(
        self, request: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], seconds: float, *, measured: bool = False
    ) -> tuple[dict[str, Any], bytes]:
        """Send a request and return the JSON and the array bytes of the answer; nothing in them is checked yet.

        Args:
            request: The request.
            arrays: What goes with it, by name.
            seconds: How long it may take.
            measured: Whether its processor time is to be known afterwards: to ask the kernel for it takes a
                millisecond.

        Raises:
            Lost: There is no answer. The child has been ended.
        """
        self._number += 1
        deadline = time.monotonic() + seconds
        message = {**request, "number": self._number, "output_bytes": self.limits.output_bytes}
        watch = self._watch if measured else None
        before = watch.cpu_s() if watch else 0.0
        try:
            self._send(pack(message, arrays), deadline)
            answer = self._receive(deadline)
            self.asked_cpu_s = watch.cpu_s() - before if watch else 0.0
            return answer
        except TimeoutError:
            self.close()
            raise Lost("timeout", f"did not finish within {seconds:.3g} s.") from None
        except MemoryError:
            self.close()
            raise Lost("crashed", f"used more than {self.limits.memory_bytes / 1e9:.3g} GB of memory.") from None
        except (OSError, ValueError, RecursionError):
            end = self.close(self._ending_s())
            raise Lost("crashed", _how_it_ended(end.status), from_outside=self._was_killed(end)) from None

    def _ending_s(self) -> float:
        """Return how long to wait for the end: a process that only closed its connection does not come to one."""
        return ENDING_S if self._watch is None or self._watch.ends() else 0.0

    def _was_killed(self, end: End) -> bool:
        """Say whether somebody else ended it: what runs in it cannot, but by using up its processor time."""
        return end.by_itself and end.status == -signal.SIGKILL and end.cpu_s < self.cpu_s - 1

    def close(self, grace_s: float = 0.0) -> End:
        """End the child and everything that it started, after some seconds of grace; return how it ended."""
        self.channel.close()
        return self._stop(grace_s)

    def _identify(self, deadline: float) -> Watch | None:
        """Learn the child's number from the kernel, with its first message."""
        if sys.platform != "linux":
            return None
        self._wait(select.POLLIN, deadline)
        _, ancillary, _, _ = self.channel.recvmsg(1, socket.CMSG_SPACE(CREDENTIALS.size), socket.MSG_PEEK)
        for level, kind, data in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, SCM_CREDENTIALS):
                return Watch(CREDENTIALS.unpack(data)[0], self.limits.memory_bytes)
        raise ValueError("no credentials")

    def _send(self, data: bytes, deadline: float) -> None:
        view = memoryview(data)
        while view:
            self._wait(select.POLLOUT, deadline)
            view = view[self.channel.send(view) :]

    def _receive(self, deadline: float) -> tuple[dict[str, Any], bytes]:
        text_length, data_length = HEADER.unpack(self._read(HEADER.size, deadline))
        if max(text_length, data_length) > 4 * self.limits.output_bytes + FRAME_SLACK:
            raise ValueError("the answer is too large")
        text, data = self._read(text_length, deadline), self._read(data_length, deadline)
        answer = json.loads(text)
        if not isinstance(answer, dict) or answer.get("number") != self._number:
            raise ValueError("this is no answer to the request")
        return answer, data

    def _read(self, length: int, deadline: float) -> bytes:
        buffer = bytearray()
        while len(buffer) < length:
            self._wait(select.POLLIN, deadline)
            chunk = self.channel.recv(min(length - len(buffer), 1 << 20))
            if not chunk:
                raise ValueError("the child has hung up")
            buffer += chunk
        return bytes(buffer)

    def _wait(self, event: int, deadline: float) -> None:
        """Wait until the channel is ready. The limits are looked at also while it always is, a byte at a time."""
        poll = select.poll()
        poll.register(self.channel, event)
        ready = False
        while not ready:
            ready = bool(poll.poll(LOOK_MS))
            self._check_limits(deadline)

    def _check_limits(self, deadline: float) -> None:
        """Raise TimeoutError after the deadline; every LOOK_MS also look at the memory, and raise MemoryError."""
        now = time.monotonic()
        if now > deadline:
            raise TimeoutError
        if self._watch and now >= self._look_at:
            if self._watch.exceeded():
                raise MemoryError
            self._look_at = time.monotonic() + LOOK_MS / 1000


def _how_it_ended(status: int) -> str:
    if status == -signal.SIGKILL:
        return "was ended: too much memory or CPU time, or its connection to the grader broke."
    if status < 0:
        return f"ended the process with signal {-status} ({signal.strsignal(-status)})."
    return f"ended the process with exit code {status}."
