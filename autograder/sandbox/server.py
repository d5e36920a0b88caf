"""The warm process, and its clones. Started as `python -m autograder.sandbox.server CONTROL LISTENER [FORKS]`.

It is a program of its own, not a fork of the grader: what the grader has in memory (answers, keys, descriptors) was
never here. It imports torch, splits off the process that workers of the trusted side are forked from, and enters its
walls before it imports anything of the course. It never runs student code itself. Whoever connects gets a clone of it,
which forks one child per submission; a clone needs no second warm-up, and hardly any memory.

The arguments are descriptors: two sockets, and a connection to the owner of the trusted forks. Where only full walls
will do, there are such forks; without all of the walls, nothing is imported and nothing is split off.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from autograder.sandbox.on_demand import import_named
from autograder.sandbox.trusted_forks import serve_forks
from autograder.sandbox.walls import linux
from autograder.sandbox.walls.child import enclose_child
from autograder.sandbox.walls.known_walls import WALLS, Failures
from autograder.sandbox.walls.makeshift import Makeshift
from autograder.sandbox.walls.outer import enclose, take_user
from autograder.sandbox.walls.public_copy import import_public_copy
from autograder.sandbox.walls.view import View, current_view

__all__ = ["main"]


def main() -> None:
    """Say which walls fail, import torch, split off the trusted forks, enter the walls, warm up, and make clones."""
    descriptors = [int(descriptor) for descriptor in sys.argv[1:]]
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    control, listener = (socket.socket(fileno=descriptor) for descriptor in descriptors[:2])
    view = current_view()
    failures = _try_walls(view)
    _say(control, failures=failures)  # before anything is imported, so that a refusal is quick
    if failures and descriptors[2:]:
        control.recv(1)  # refused; there is nothing to do until the trusted side hangs up
        return
    gc.disable()  # until all is imported, of which nothing is garbage
    import torch  # noqa: F401

    gc.freeze()
    for descriptor in descriptors[2:]:
        forks: Connection = Connection(descriptor)
        if os.fork() == 0:
            control.close()
            listener.close()
            serve_forks(forks)
        forks.close()
    _be_warm(control, listener, view)


def _try_walls(view: View) -> Failures:
    """Return which walls cannot be built and why: found out in a fork, as there is no way out of them."""
    if sys.platform != "linux":
        return dict.fromkeys(WALLS, f"{sys.platform} has no namespaces")
    ours, theirs = Pipe(duplex=False)
    child = os.fork()
    if child == 0:
        failures: Failures = {}
        try:
            enclose(view, failures)
            theirs.send(failures)
        finally:
            os._exit(0)
    theirs.close()
    try:
        with ours:
            return dict(ours.recv())
    except EOFError:
        return dict.fromkeys(WALLS, "the process that tried to build it has ended")
    finally:
        os.waitpid(child, 0)


def _be_warm(control: socket.socket, listener: socket.socket, view: View) -> None:
    """Enter the walls, warm up, and make clones until the trusted side hangs up."""
    failures: Failures = {}
    users = 1
    if sys.platform == "linux":
        users = enclose(view, failures)
    else:
        failures.update(_try_walls(view))
    makeshift = Makeshift() if failures else None
    if makeshift and "disk" in failures:
        import_public_copy(makeshift.base)
    from autograder.sandbox.warm import warm_up

    try:
        shell = warm_up()
        number = 0
        while control not in select.select([control, listener], [], [])[0]:
            number = (number + 1) % users
            _clone(control, listener, shell, view, failures, number)
    finally:
        if makeshift:
            makeshift.remove()


def _clone(
    control: socket.socket,
    listener: socket.socket,
    shell: Any,
    view: View,
    failures: Mapping[str, str],
    number: int,
) -> None:
    """Fork a clone for the next connection, which becomes the user with this number."""
    connection, _ = listener.accept()
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass  # clones that have ended
    if os.fork() == 0:
        control.close()
        listener.close()
        _become_clone(connection, shell, view, failures, number)
    connection.close()


def _become_clone(connection: socket.socket, shell: Any, view: View, failures: Mapping[str, str], number: int) -> None:
    makeshift = None
    try:
        if number:
            take_user(number)
        makeshift = Makeshift() if failures else None
        _say(connection, failures=failures)
        _serve(connection, shell, view, failures, makeshift)
    except BaseException:
        traceback.print_exc()
    finally:
        if makeshift:
            makeshift.remove()
        os._exit(0)


def _serve(
    control: socket.socket, shell: Any, view: View, failures: Mapping[str, str], makeshift: Makeshift | None
) -> None:
    """Take requests: `start` with a child's channel and what it needs, `stop` to end it and learn how it ended."""
    child = 0
    own = -1 if makeshift else os.pidfd_open(os.getpid())
    while True:
        line, channels, _, _ = socket.recv_fds(control, 65536, 1)
        request: dict[str, Any] = json.loads(line) if line else {"kind": "end"}
        if child and request["kind"] in ("stop", "end"):
            ended, child, how = child, 0, _end(child, request.get("grace_s", 0.0))
            if makeshift:
                makeshift.end_all(ended)
            _say(control, **how)
        if request["kind"] == "end":
            return
        if request["kind"] == "start":
            if makeshift:
                makeshift.next_folder()
            if request["packages"]:
                import_named(request["packages"])
                gc.freeze()  # as what the warm process has imported
            child = _fork(own)
            if child == 0:
                control.close()
                _become_child(channels[0], shell, request["limits"], view, dict(failures))
            os.close(channels[0])


def _fork(own: int) -> int:
    """Fork; with walls, the child is process 1 of a new pid namespace, so that whatever it starts ends with it."""
    if own < 0:
        return os.fork()
    linux.unshare(linux.NEWPID)
    child = os.fork()
    if child:
        linux.setns(own, linux.NEWPID)  # the next child gets another one
    return child


def _become_child(descriptor: int, shell: Any, limits: Mapping[str, int], view: View, failures: dict[str, str]) -> None:
    from autograder.sandbox.inner import answer_requests, greet

    channel = socket.socket(fileno=descriptor)
    try:
        os.setsid()
        _keep_only(descriptor)
        stand_ins = enclose_child(limits, view, failures)
        greet(channel, failures, stand_ins)
        answer_requests(channel, shell)
    except BaseException:
        greet(channel, failures, (), traceback.format_exc())
    finally:
        os._exit(1)


def _keep_only(channel: int) -> None:
    """Close every descriptor but `channel`; the standard streams lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    os.closerange(3, channel)
    os.closerange(channel + 1, 1 << 20)
    os.set_inheritable(channel, False)


def _end(child: int, grace_s: float) -> dict[str, Any]:
    """End the child's process group and, with it, its namespace; wait until all of it is gone; say how it ended."""
    by_itself = _has_ended(child, grace_s)
    for kill in (os.killpg, os.kill):
        try:
            kill(child, signal.SIGKILL)
        except ProcessLookupError:
            continue
    _, status, used = os.wait4(child, 0)
    cpu_s = used.ru_utime + used.ru_stime
    return {"status": os.waitstatus_to_exitcode(status), "by_itself": by_itself, "cpu_s": cpu_s}


def _has_ended(child: int, grace_s: float) -> bool:
    """Say whether a child has ended; one that is ending has closed its channel a little earlier."""
    deadline = time.monotonic() + grace_s
    while os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.002)
    return True


def _say(control: socket.socket, **message: Any) -> None:
    try:
        control.sendall(json.dumps(message).encode() + b"\n")
    except BrokenPipeError:
        return  # the trusted side is gone; the next read says so


if __name__ == "__main__":
    main()
    os._exit(0)  # to take all apart again takes half a second
