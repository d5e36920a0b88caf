"""Ids of cells, made from what the cells are for, so that two builds give the same ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from autograder.build.headings import HEADING
from autograder.build.master import Kind, MasterCell
from autograder.course import Points

__all__ = ["cell_ids", "grade_id"]

SECTION = re.compile(r"^## (?P<title>.+)$", re.MULTILINE)
LONGEST = 48
# Of cells that have a name and that nbgrader does not know.
PREFIXES: dict[Kind, str] = {"experiment": "run", "hint": "hint"}


def grade_id(cell: MasterCell, points: Points | None) -> str:
    """Return the id of an exercise's cell in nbgrader's gradebook; empty for other cells.

    Args:
        cell: The cell.
        points: The marks of its exercise, where it has one.
    """
    match cell.kind:
        case "exercise":
            return f"{cell.name}-{cell.part}" if cell.part else cell.name
        case "check":
            return f"check-{cell.name}"
        case "question":
            return f"explain-{cell.name}" if points is not None and points.auto else cell.name
    return ""


def cell_ids(cells: Sequence[MasterCell], points: dict[str, Points]) -> list[str]:
    """Return one id per cell, as `momentum`, `check-momentum`, `run-sgd`; others count within exercise or section."""
    place = "start"
    counted: Counter[str] = Counter()
    ids = []
    for cell in cells:
        place = _place(cell) or place
        prefix = PREFIXES.get(cell.kind)
        named = f"{prefix}-{cell.name}" if prefix else grade_id(cell, points.get(cell.name))
        if not named:
            counted[place] += 1
        ids.append(named or f"{place}-{counted[place]}")
    return ids


def _place(cell: MasterCell) -> str:
    """Return the exercise or section that starts in this cell; empty if none does."""
    if cell.kind != "prose":
        return ""
    exercise, section = HEADING.search(cell.source), SECTION.search(cell.source)
    if exercise:
        return f"near-{exercise['id']}"
    return re.sub(r"[^a-z0-9]+", "-", section["title"].lower()).strip("-")[:LONGEST] if section else ""
