"""The time of hand-ins, and whether the machine's clock was moved."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

__all__ = ["Clock"]

# Clocks are set by fractions of a second all the time.
MOVED_S = 60.0


class Clock:
    """A clock that knows when it was set.

    Args:
        wall: Seconds since the epoch.
        steady: Seconds that nobody can set.
    """

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self._wall, self._steady = wall, steady
        self._start = wall() - steady()

    def now(self) -> datetime:
        """Return the time in UTC."""
        return datetime.fromtimestamp(self._wall(), UTC)

    def warning(self, last: str) -> str:
        """Return a sentence for the teaching staff if the clock was moved; empty if it was not.

        Args:
            last: The latest time of a hand-in, ISO 8601; empty if there is none.
        """
        moved = self._wall() - self._steady() - self._start
        if abs(moved) > MOVED_S:
            way = "forward" if moved > 0 else "back"
            said = f"the clock of this machine was moved {way} by {timedelta(seconds=round(abs(moved)))}"
        elif last and datetime.fromisoformat(last) > self.now() + timedelta(seconds=MOVED_S):
            said = f"the clock of this machine shows a time before that of a hand-in, {last}"
        else:
            return ""
        return f"{said}; the order of hand-ins is that of their numbers. Check the times before lateness costs marks."
