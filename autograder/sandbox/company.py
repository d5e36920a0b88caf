"""Whether a submission runs beside others on this machine, or alone."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Company"]


class Company:
    """A place among the submissions that run on this machine, for one user. Enter `beside_others` first.

    Two locks: that of the door is held while somebody waits to be alone, so that nobody else comes in.
    """

    def __init__(self) -> None:
        self._door, self._room = -1, -1

    @contextmanager
    def beside_others(self) -> Iterator[None]:
        """Run beside others; wait while somebody is alone."""
        self._door, self._room = _open("door"), _open("room")
        try:
            fcntl.flock(self._door, fcntl.LOCK_EX)
            fcntl.flock(self._room, fcntl.LOCK_SH)
            fcntl.flock(self._door, fcntl.LOCK_UN)
            yield
        finally:
            os.close(self._door)
            os.close(self._room)

    def be_alone(self) -> None:
        """Wait until the others are done, and let nobody in until `beside_others` is left."""
        fcntl.flock(self._room, fcntl.LOCK_UN)
        fcntl.flock(self._door, fcntl.LOCK_EX)
        fcntl.flock(self._room, fcntl.LOCK_EX)


def _open(name: str) -> int:
    path = os.path.join(tempfile.gettempdir(), f"autograder-{os.getuid()}.{name}")
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
