"""The warm process: forks one child per start request. Started as `python -m autograder.sandbox.server FD`."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from typing import Any

__all__ = ["main", "serve"]


def main() -> None:
    """Warm up, say so, and serve until the trusted side hangs up."""
    control = socket.socket(fileno=int(sys.argv[1]))
    from autograder.sandbox.warm import warm_up

    serve(control, warm_up())


def serve(control: socket.socket, shell: Any) -> None:
    """Take one request a line: `start` with the child's channel, `stop` to end the child and learn how it ended."""
    child = 0
    _say(control, ready=True)
    while True:
        line, channels, _, _ = socket.recv_fds(control, 65536, 1)
        request = json.loads(line) if line else {"kind": "end"}
        if child and request["kind"] in ("stop", "end"):
            status = _end(child)
            child = 0
            _say(control, status=status)
        if request["kind"] == "end":
            return
        if request["kind"] == "start":
            child = _start(control, channels[0], shell)
            os.close(channels[0])
            _say(control, pid=child)


def _start(control: socket.socket, channel: int, shell: Any) -> int:
    child = os.fork()
    if child:
        return child
    control.close()
    os.setsid()
    from autograder.sandbox.inner import answer_requests

    answer_requests(socket.socket(fileno=channel), shell)
    os._exit(1)


def _end(child: int) -> int:
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _say(control: socket.socket, **message: Any) -> None:
    # The trusted side may be gone; then the next read says so.
    try:
        control.sendall(json.dumps(message).encode() + b"\n")
    except BrokenPipeError:
        return


if __name__ == "__main__":
    main()
