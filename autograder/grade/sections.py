"""Where a cell stands, in the words of the text: the heading above it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from autograder.grade.types import Cell

__all__ = ["place_of"]

HEADING = re.compile(r"^#{1,4}\s+(.+?)\s*$", re.MULTILINE)


def place_of(cells: Iterable[Cell], cell_id: str) -> str:
    """Return the end of a sentence on where a cell stands, as `below "2.9 A race with a tuning budget"`.

    Args:
        cells: The cells of the notebook, in order.
        cell_id: The id of one of them; headings above it that the course wrote are looked at.
    """
    heading = ""
    for cell in cells:
        if cell.id == cell_id:
            break
        if cell.role == "text" and (found := HEADING.findall(cell.source)):
            heading = found[-1].replace("`", "")
    return f'below "{heading}"' if heading else "at the beginning"
