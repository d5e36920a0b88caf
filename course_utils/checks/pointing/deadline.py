"""A time to be over: in seconds of this thread's work, so that a busy machine finds no less, and on the clock."""

from __future__ import annotations

import time

__all__ = ["Deadline"]

# A machine that does other things, too, may take so many times as long.
BUSY = 2.0


class Deadline:
    """The end of something that may take some seconds.

    Args:
        seconds: Seconds of work.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._work = time.thread_time() + seconds
        self.clock = time.monotonic() + BUSY * seconds

    def is_over(self) -> bool:
        """Say whether the time is used up."""
        return time.thread_time() > self._work or time.monotonic() > self.clock

    def left(self) -> float:
        """Return the seconds of work that are left."""
        return max(min(self._work - time.thread_time(), (self.clock - time.monotonic()) / BUSY), 0.0)
