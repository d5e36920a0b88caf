"""The trusted side's end: starts the warm process, starts and stops children, and asks them with a time limit."""

from __future__ import annotations

import json
import select
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from autograder.sandbox.frames import HEADER, pack
from autograder.sandbox.types import CellStatus, Limits

__all__ = ["Child", "Lost", "Server"]

START_S = 120.0
STOP_S = 30.0
FRAME_SLACK = 1 << 20


class Lost(Exception):
    """A child gave no answer: it ran out of time or memory, or it ended, or what it sent is no answer."""

    def __init__(self, status: CellStatus, message: str) -> None:
        super().__init__(message)
        self.status: CellStatus = status
        self.message = message


class Server:
    """A warm process. Close it when done; it also ends when this process does."""

    def __init__(self) -> None:
        self.control, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-m", "autograder.sandbox.server", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=_environment(),
                cwd="/",
            )
        self.isolation = "a separate process, without walls"
        self._hear(START_S)

    def start(self, limits: Limits) -> Child:
        """Fork a child for one submission."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._say({"kind": "start"}, [theirs.fileno()])
        return Child(self, ours, int(self._hear(STOP_S)["pid"]), limits)

    def stop(self) -> int:
        """End the child and everything that it started; return its exit code, or minus the signal that ended it."""
        self._say({"kind": "stop"})
        return int(self._hear(STOP_S)["status"])

    def close(self) -> None:
        """End the warm process and everything below it."""
        self.control.close()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _say(self, message: Mapping[str, Any], channels: list[int] | None = None) -> None:
        try:
            socket.send_fds(self.control, [json.dumps(message).encode()], channels or [])
        except OSError as error:
            raise Lost("crashed", "The grading process ended.") from error

    def _hear(self, seconds: float) -> dict[str, Any]:
        self.control.settimeout(seconds)
        try:
            line = self.control.recv(65536)
        except OSError as error:
            raise Lost("crashed", "The grading process does not answer.") from error
        if not line:
            raise Lost("crashed", "The grading process ended.")
        message: dict[str, Any] = json.loads(line)
        return message


class Child:
    """One fork, in which cells and probes run one after the other."""

    def __init__(self, server: Server, channel: socket.socket, pid: int, limits: Limits) -> None:
        self.server, self.channel, self.pid, self.limits = server, channel, pid, limits
        self.number = 0
        channel.setblocking(False)

    def ask(
        self, request: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], seconds: float
    ) -> tuple[dict[str, Any], bytes]:
        """Send a request and return the JSON and the array bytes of the answer; nothing in them is checked yet.

        Raises:
            Lost: There is no answer. The child has been ended.
        """
        self.number += 1
        deadline = time.monotonic() + seconds
        message = {**request, "number": self.number, "output_bytes": self.limits.output_bytes}
        try:
            self._send(pack(message, arrays), deadline)
            return self._receive(deadline)
        except Lost as lost:
            self.close()
            raise lost from None
        except TimeoutError:
            self.close()
            raise Lost("timeout", f"It did not finish within {seconds:g} s.") from None
        except (OSError, ValueError, RecursionError):
            status = self.close()
            raise Lost("crashed", _how_it_ended(status)) from None

    def close(self) -> int:
        """End the child and everything that it started."""
        self.channel.close()
        return self.server.stop()

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
        if not isinstance(answer, dict) or answer.get("number") != self.number:
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
        poll = select.poll()
        poll.register(self.channel, event)
        while not poll.poll(20):
            if time.monotonic() > deadline:
                raise TimeoutError


def _how_it_ended(status: int) -> str:
    if status == -9:
        return "It broke off the connection to the grader."
    if status < 0:
        return f"It ended the process with signal {-status}."
    return f"It ended the process with exit code {status}."


def _environment() -> dict[str, str]:
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
    return {
        **single,
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": "/tmp/matplotlib",
        "IPYTHONDIR": "/tmp/ipython",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
