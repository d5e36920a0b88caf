"""Units of work, and places where they are done; known without all that grades."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from autograder.grade.earlier_grades import Earlier
from autograder.grade.settings import Settings
from autograder.grade.types import Graded, GradingError, Submission
from autograder.sandbox.host import WallsMissing

__all__ = ["ATTEMPTS", "OpenPool", "Pool", "Task", "refusal"]

# How often a task is tried before its failure is reported.
ATTEMPTS = 3


@dataclass(frozen=True)
class Task:
    """A submission to grade, with everything that its grade depends on; `earlier` asks for one exercise only."""

    key: str
    submission: Submission
    release: bytes
    settings: Settings
    basis: str = ""
    earlier: Earlier | None = None


# Takes tasks as they come, gives results as they are ready, in any order.
Pool = Callable[[Iterable[Task]], Iterator[Graded]]
# `open_pool(number of submissions, exercises that are judged first)` gives a pool for as long as it is open.
OpenPool = Callable[[int, Sequence[str]], AbstractContextManager[Pool]]


def refusal(error: WallsMissing) -> GradingError:
    """Return why nothing is graded on a machine without these walls, and what to do."""
    advice = "run `autograder doctor` to see what to install, or accept the risk with --weak-walls"
    return GradingError(f"{error}\n{advice}")
