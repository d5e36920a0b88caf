"""The released notebook again, with nothing of the submission in it but sources: of solutions, and of added cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from autograder.grade.match import Match, match
from autograder.grade.read import FileCell
from autograder.grade.release import Release
from autograder.grade.types import Cell, Rebuilt

__all__ = ["rebuild"]


def rebuild(release: Release, submitted: Sequence[FileCell]) -> Rebuilt:
    """Put the sources of a submission into the released notebook.

    The order is that of the release. A cell that the student added stays behind the released cell that it follows in
    the file. A given cell that the student changed runs as released, and then as changed. Tags, metadata and outputs
    of the file are dropped.

    Args:
        release: The released notebook.
        submitted: The cells of the file.
    """
    found = match(release, submitted)
    added = iter(range(1, len(submitted) + 1))
    cells = [_added(cell, found, added) for cell in found.after[""]]
    for given in release.cells:
        mine = found.by_id.get(given.id)
        cells.append(_filled(given, mine))
        if mine is not None and given.role == "plain" and not _same(given.source, mine.source):
            cells.append(_added(mine, found, added))
        cells += [_added(cell, found, added) for cell in found.after[given.id]]
    return Rebuilt(tuple(cells), (*found.notes, *_oddities(release, found)))


def _filled(given: Cell, mine: FileCell | None) -> Cell:
    if mine is None or given.role not in ("solution", "manual"):
        return given
    return replace(given, source=mine.source)


def _added(cell: FileCell, found: Match, numbers: Iterator[int]) -> Cell:
    return Cell(
        id=f"added-{next(numbers)}",
        role="added",
        code=cell.type == "code",
        source=cell.source,
        exercise=found.copies.get(cell.number, ""),
    )


def _oddities(release: Release, found: Match) -> Iterator[str]:
    for given in release.cells:
        mine = found.by_id.get(given.id)
        name = f"The {_speak(given)} {given.grade_id or given.id!r}"
        if mine is None:
            if given.role in ("solution", "manual", "check"):
                yield f"{name} is missing from the file; the released one was put back."
            continue
        if (mine.type == "code") != given.code:
            yield f"{name} had become a {mine.type} cell; it was made a {'code' if given.code else 'markdown'} cell."
        if given.role == "check" and not _same(given.source, mine.source):
            yield f"{name} was changed in the file; the released one was put back."
        if given.role == "plain" and not _same(given.source, mine.source):
            yield f"{name} was changed in the file; the released one runs first, then the changed one."


def _speak(cell: Cell) -> str:
    return {"solution": "solution cell", "manual": "answer cell", "check": "check cell"}.get(cell.role, "given cell")


def _same(one: str, other: str) -> bool:
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
