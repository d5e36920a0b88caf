"""One clone of the warm process for each process that grades, taken when first needed and ended with that process.

The warm process is one for all of them: whoever starts others gives them its address.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from autograder.sandbox.endings import Broken
from autograder.sandbox.host import Server, Strictness, WarmProcess

__all__ = ["begin_warming", "borrow_server", "close_servers", "use_warm_process"]

# By process, too: a fork must not talk to what the process started that it comes from.
_SERVERS: dict[tuple[int, Strictness], Server] = {}
_WARM: dict[tuple[int, Strictness], WarmProcess] = {}
_ADDRESSES: dict[Strictness, str] = {}
_LOCK = threading.RLock()


def begin_warming(walls: Strictness) -> WarmProcess:
    """Start the warm process, if there is none, without waiting for it; return it."""
    key = (os.getpid(), walls)
    with _LOCK:
        if key in _WARM and _WARM[key].has_ended():
            _WARM.pop(key).close()
        if key not in _WARM:
            _WARM[key] = WarmProcess(walls)
        return _WARM[key]


def use_warm_process(address: str, walls: Strictness) -> None:
    """Take clones from the warm process of another process; once that has ended, from one that is started here."""
    _ADDRESSES[walls] = address


@contextmanager
def borrow_server(walls: Strictness) -> Iterator[Server]:
    """Lend this process' clone to one run at a time; one that failed is replaced for the next run.

    Raises:
        WallsMissing: A wall is missing.
        Broken: There is no warm process, and none can be started.
    """
    key = (os.getpid(), walls)
    with _LOCK:
        if key not in _SERVERS:
            _SERVERS[key] = _take(walls)
        try:
            yield _SERVERS[key]
        except Exception:
            _SERVERS.pop(key).close()
            raise


def _take(walls: Strictness) -> Server:
    if walls in _ADDRESSES:
        with suppress(Broken):
            return Server(_ADDRESSES[walls], walls)
    warm = begin_warming(walls)
    try:
        return warm.clone()
    except Exception:
        _WARM.pop((os.getpid(), walls)).close()  # the next one to ask gets a new one
        raise


def close_servers() -> None:
    """End the clone and the warm process of this process; the next run starts others."""
    with _LOCK:
        for found in (_SERVERS, _WARM):
            for key in [key for key in found if key[0] == os.getpid()]:
                found.pop(key).close()


atexit.register(close_servers)
