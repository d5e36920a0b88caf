"""One warm server per process and kind of walls, started when first needed and ended with the process."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from autograder.sandbox.host import Server, Strictness

__all__ = ["borrow_server", "close_servers"]

_SERVERS: dict[tuple[int, Strictness], Server] = {}
_LOCK = threading.RLock()


@contextmanager
def borrow_server(walls: Strictness) -> Iterator[Server]:
    """Lend this process' server to one run at a time; a server that failed is replaced for the next run."""
    key = (os.getpid(), walls)  # a fork must not talk to the server of the process that it comes from
    with _LOCK:
        server = _SERVERS.get(key)
        if server is None:
            server = _SERVERS[key] = Server(walls)
        try:
            yield server
        except Exception:
            _SERVERS.pop(key).close()
            raise


def close_servers() -> None:
    """End the servers of this process; the next run starts another one."""
    with _LOCK:
        for key in [key for key in _SERVERS if key[0] == os.getpid()]:
            _SERVERS.pop(key).close()


atexit.register(close_servers)
