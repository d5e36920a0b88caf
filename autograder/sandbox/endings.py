"""How a run in the sandbox can end: with an answer, without one, or with a sandbox that does not work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.sandbox.types import CellStatus  # imports numpy, for which the start of the sandbox does not wait

__all__ = ["Broken", "End", "Killed", "Lost"]


class Broken(Exception):
    """The sandbox itself does not work; no submission is to blame."""


class Killed(Exception):
    """Something outside, such as a machine without free memory, ended a step twice; no submission is to blame."""


class Lost(Exception):
    """A child gave no answer: it ran out of time or memory, it ended, or what it sent is no answer.

    Args:
        status: What becomes of the cell or probe.
        message: What happened, as the rest of a sentence whose subject is that cell or probe.
        from_outside: Whether something ended the child that is neither the sandbox nor what ran in it, such as the
            kernel when the machine ran out of memory.
    """

    def __init__(self, status: CellStatus, message: str, *, from_outside: bool = False) -> None:
        super().__init__(message)
        self.status: CellStatus = status
        self.message = message
        self.from_outside = from_outside


@dataclass(frozen=True)
class End:
    """How a child ended.

    Args:
        status: Its exit code, or minus the signal that ended it.
        by_itself: Whether it had ended before it was stopped.
        cpu_s: The processor time that it used, in seconds.
    """

    status: int
    by_itself: bool
    cpu_s: float
