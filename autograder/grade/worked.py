"""How much of a notebook somebody worked on."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.grade.match import match
from autograder.grade.read import FileCell, Unreadable, read_notebook
from autograder.grade.rebuild import rebuild
from autograder.grade.release import Release

__all__ = ["exercises_in", "worked_on"]

EXERCISES = ("solution", "check", "manual")


def worked_on(release: Release, content: bytes, max_bytes: int) -> int:
    """Return in how many cells of exercises a notebook has something else than was released; 0 if it is not a notebook.

    Args:
        release: The released notebook.
        content: The file; untrusted.
        max_bytes: How large it may be.
    """
    try:
        cells, _ = read_notebook(content, max_bytes)
    except Unreadable:
        return 0
    return exercises_in(release, cells)[1]


def exercises_in(release: Release, cells: Sequence[FileCell]) -> tuple[int, int]:
    """Return how many cells of exercises a notebook has, and in how many of them somebody wrote something."""
    found = match(release, cells).by_id
    given = [cell for cell in release.cells if cell.role in EXERCISES and cell.id in found]
    if not given:
        return 0, 0
    filled = {cell.id: cell.source for cell in rebuild(release, cells).cells}
    asked = [cell for cell in release.cells if cell.role in ("solution", "manual")]
    return len(given), sum(_differs(cell.source, filled[cell.id]) for cell in asked)


def _differs(released: str, source: str) -> bool:
    return bool(source.strip()) and source.strip() != released.strip()
