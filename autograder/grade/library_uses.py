"""What ran of a library, or is a library's own, where an exercise asks to write it by hand: lines for the instructor.

The record comes from the process of the submission. Code that looks for the observer can keep things from it, but not
make anybody else's work look so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from autograder.grade.read import tidy
from autograder.sandbox.types import OBSERVER_OFF, LibraryUse

__all__ = ["MAX_FLAGS", "first_lines", "matches", "seen_uses"]

MAX_FLAGS = 5
MAX_LINE = 160


def seen_uses(uses: Iterable[LibraryUse], by_hand: Sequence[str]) -> tuple[str, ...]:
    """Return a line for each of a student's lines and objects that led to what should be written by hand.

    Args:
        uses: What was recorded while the exercise was probed; untrusted.
        by_hand: Patterns of dotted names, as in `Answer.by_hand`.
    """
    return tuple(dict(_lines(uses, by_hand)).values())


def first_lines(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the first lines, and how many more there are."""
    more = len(lines) - MAX_FLAGS
    return (*lines[:MAX_FLAGS], *([f"and {more} more"] if more > 0 else []))


def matches(name: str, by_hand: Iterable[str]) -> bool:
    """Say whether a dotted name fits a pattern; one that begins with a dot is the end of a name."""
    return any(name.endswith(one) if one.startswith(".") else fnmatchcase(name, one) for one in by_hand)


def _lines(uses: Iterable[LibraryUse], by_hand: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each line with what it is about; the last one about a thing is the one that is kept."""
    for use in reversed(tuple(uses)):
        if use.name == OBSERVER_OFF:
            yield use.name, tidy(f"removes the recorder of library calls: {use.text}", MAX_LINE)
        elif not matches(use.name, by_hand):
            continue
        elif use.of:
            yield use.of, tidy(f"{use.of} is {use.name}, or is built on it", MAX_LINE)
        else:
            yield use.text, tidy(f"calls {use.name}: {use.text}", MAX_LINE)
