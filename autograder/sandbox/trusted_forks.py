"""Forks of the process that has imported torch, for code that is trusted: without walls, where and as its owner runs.

The process that makes them is itself such a fork. It is split off before the other one enters its walls, so that torch
is imported once for both sides, and so that nothing the trusted side imports was ever in the memory of a submission.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from typing import Any, NoReturn

from autograder.sandbox.endings import Broken
from autograder.sandbox.walls import linux

__all__ = ["Fork", "TrustedForks", "serve_forks"]

FORK = "fork"
PACKAGE = __name__.partition(".")[0]


@dataclass(frozen=True)
class _Home:
    """Where and as what forks run.

    Args:
        environment: The environment of the owner.
        path: Its `sys.path`.
        folder: Its working folder.
        without_bytecode: Whether it writes no bytecode.
    """

    environment: Mapping[str, str]
    path: Sequence[str]
    folder: str
    without_bytecode: bool


@dataclass(frozen=True)
class _Work:
    """What is called: a fork gives its connection as well, before the arguments."""

    target: Callable[..., None]
    args: tuple[Any, ...]


class TrustedForks:
    """Makes forks and ends them; all of them end when their owner does, or closes this.

    Args:
        connection: `serve_forks` serves its other end.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection, self._lock, self._prepared = connection, threading.RLock(), False

    def prepare(self, target: Callable[..., None], *args: Any) -> None:
        """Let them be where this process is, and call `target(*args)` before the first fork; this does not wait for it.

        Only the first call has an effect. Target and arguments are pickled.

        Raises:
            Broken: The process that makes forks has ended.
        """
        with self._lock, _ended_is_broken():
            if not self._prepared:
                self._connection.send(_Home(dict(os.environ), tuple(sys.path), os.getcwd(), sys.dont_write_bytecode))
                _send_errors(self._connection)
                self._connection.send(_Work(target, args))
            self._prepared = True

    def fork(self, target: Callable[..., None], *args: Any) -> Fork:
        """Return a fork that calls `target(connection, *args)`; target and arguments are pickled.

        Raises:
            Broken: The process that makes forks has ended.
        """
        self.prepare(gc.freeze)
        ours, theirs = Pipe()
        with theirs, self._lock, _ended_is_broken():
            self._connection.send(FORK)
            send_handle(self._connection, theirs.fileno(), None)
            pid = self._connection.recv()
        with suppress(OSError):  # where the fork has died, its end of the connection says so later
            ours.send(_Work(target, args))
        return Fork(ours, pid, self)

    def kill(self, pid: int) -> None:
        """End a fork, and wait until it has ended; where the process that made it has ended, it has, too."""
        with self._lock, suppress(Broken), _ended_is_broken():
            self._connection.send(pid)
            self._connection.recv()

    def have_ended(self) -> bool:
        """Say whether the process that makes forks has ended: it says nothing unless it is asked."""
        with self._lock:
            return self._connection.closed or self._connection.poll()

    def close(self) -> None:
        """Let the process that makes forks end, and with it all of these, once it has done what it is at."""
        self._connection.close()


def _send_errors(connection: Connection) -> None:
    """Send where errors of this process go; where it was started without, another file may have that number."""
    with open(os.devnull, "wb") as nowhere:
        send_handle(connection, nowhere.fileno() if sys.__stderr__ is None else 2, None)


@contextmanager
def _ended_is_broken() -> Iterator[None]:
    try:
        yield
    except (EOFError, OSError) as error:
        raise Broken("the process that workers are forked from has ended") from error


@dataclass(frozen=True)
class Fork:
    """A fork.

    Args:
        connection: Its other end is the first argument of what the fork calls.
        pid: The process.
        forks: Has made it.
    """

    connection: Connection
    pid: int
    forks: TrustedForks

    def end(self) -> None:
        """Kill it, and wait until it has ended."""
        self.forks.kill(self.pid)
        self.connection.close()


def serve_forks(connection: Connection) -> NoReturn:
    """Be the process that makes forks, until the owner hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the owner decides when it is over
    try:
        _serve(connection)
    except (EOFError, ConnectionError):
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def _serve(connection: Connection) -> None:
    while True:
        message = connection.recv()
        if isinstance(message, _Home):
            _move(message, recv_handle(connection))
            work = connection.recv()
            work.target(*work.args)
            gc.freeze()  # to look through it would copy it
        elif message == FORK:
            connection.send(_fork(connection, recv_handle(connection)))
        else:
            connection.send(_kill(message))


def _move(home: _Home, errors: int) -> None:
    os.dup2(errors, 2)
    os.close(errors)
    os.environ.clear()
    os.environ.update(home.environment)
    os.chdir(home.folder)
    time.tzset()
    sys.path[:] = home.path
    sys.dont_write_bytecode = home.without_bytecode
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]  # that of the owner may lie elsewhere


def _fork(connection: Connection, descriptor: int) -> int:
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        connection.close()
        _become_fork(Connection(descriptor), parent)
    os.close(descriptor)
    return child


def _become_fork(connection: Connection, parent: int) -> NoReturn:
    try:
        if sys.platform == "linux":
            linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == parent:  # which could have ended before it was asked to take this process with it
            work = connection.recv()
            work.target(connection, *work.args)
    except EOFError:
        pass  # the owner has ended
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def _kill(pid: int) -> int:
    """End a child, which has this number until it is waited for; after that, another process may have it."""
    with suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG) == (0, 0):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return pid
