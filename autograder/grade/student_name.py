"""What students are called."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

__all__ = ["Identify", "StudentName"]


@dataclass(frozen=True)
class StudentName:
    """What a student is called; any part may be empty."""

    first: str = ""
    last: str = ""
    email: str = ""

    def __str__(self) -> str:
        return f"{self.first} {self.last}".strip()

    @property
    def sortable(self) -> str:
        """The name with the family name first."""
        return f"{self.last}, {self.first}" if self.first and self.last else str(self)


# Returns the names of these students, by id; whoever is not on the roster is not in it.
Identify = Callable[[Collection[str]], Mapping[str, StudentName]]
