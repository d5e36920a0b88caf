"""The cells of a rebuilt notebook with what the student wrote at each place, run or not."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.grade.types import Cell

__all__ = ["Placed"]


@dataclass(frozen=True)
class Placed:
    """A cell of the rebuilt notebook.

    Args:
        cell: The cell.
        written: What the file holds at its place; empty if nothing, or what was released.
        number: The number of that cell of the file; 0 if there is none.
        is_code: Whether it is a code cell in the file.
    """

    cell: Cell
    written: str = ""
    number: int = 0
    is_code: bool = True

    @property
    def runs(self) -> bool:
        """Whether what the student wrote is run here."""
        return self.cell.code and self.cell.role in ("solution", "added")
