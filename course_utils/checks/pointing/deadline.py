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

    Attributes:
        not_before: It is not over before, as `time.monotonic()`.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._work = time.thread_time() + seconds
        now = time.monotonic()
        self.clock = now + BUSY * seconds
        # Work takes no less time than the clock says; and the clock is read in a tenth of the time.
        self.not_before = now + seconds

    def is_over(self) -> bool:
        """Say whether the time is used up."""
        now = time.monotonic()
        if now < self.not_before:
            return False
        left = self._work - time.thread_time()
        self.not_before = min(now + left, self.clock)
        return left < 0 or now > self.clock

    def left(self) -> float:
        """Return the seconds of work that are left."""
        return max(min(self._work - time.thread_time(), (self.clock - time.monotonic()) / BUSY), 0.0)
