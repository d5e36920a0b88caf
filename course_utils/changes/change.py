"""One small change of a text."""

from __future__ import annotations

from dataclasses import dataclass

from course_utils.changes.targets import DEFAULT_OF

__all__ = ["Change"]


@dataclass(frozen=True)
class Change:
    """A piece of a text, what stands in its place, and what kind of slip that is.

    Args:
        kind: The kind of slip, in words joined by hyphens.
        start: Where the piece begins in the text.
        end: Where it ends.
        new: What stands in its place.
        line: The line of the text in which it begins, counted from 1.
        target: What the changed statement computes: a name, or "return value"; empty where that is not known.
        term: The part of the formula that is concerned, as code.
        instead: What stands in its place, as code; empty where nothing does.
        mode: The condition under which alone the change is made, as code; empty if it always is.
    """

    kind: str
    start: int
    end: int
    new: str
    line: int
    target: str
    term: str = ""
    instead: str = ""
    mode: str = ""

    @property
    def is_default(self) -> bool:
        """Whether it changes the default value of an argument."""
        return self.target.startswith(DEFAULT_OF)

    def applied(self, source: str) -> str:
        """Return the changed text."""
        return source[: self.start] + self.new + source[self.end :]
