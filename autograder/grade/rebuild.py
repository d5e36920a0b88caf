"""The released notebook again, with nothing of the submission in it but sources: of solutions, and of added cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from autograder.grade.answers import Answer, answers_beside
from autograder.grade.elsewhere import gather
from autograder.grade.match import Match, match
from autograder.grade.placed import Placed
from autograder.grade.read import FileCell
from autograder.grade.release import Release
from autograder.grade.types import Cell, Rebuilt

__all__ = ["rebuild"]


def rebuild(release: Release, submitted: Sequence[FileCell]) -> Rebuilt:
    """Put the sources of a submission into the released notebook.

    The order is that of the release. A cell that the student added stays behind the released cell that it follows in
    the file. A given cell that the student changed runs as released, and then as changed. A solution or an answer that
    stands beside its cell is put into it. Tags, metadata and outputs of the file are dropped.

    Args:
        release: The released notebook.
        submitted: The cells of the file.
    """
    found = match(release, submitted)
    answers = answers_beside(release, found)
    taken = {cell.number for answer in answers.values() for cell in answer.cells}
    added = iter(range(1, len(submitted) + 1))

    def behind(place: str) -> Iterator[Placed]:
        yield from (_added(cell, found, added) for cell in found.after[place] if cell.number not in taken)

    placed = list(behind(""))
    for given in release.cells:
        mine = found.by_id.get(given.id)
        placed.append(_filled(given, mine, answers.get(given.id)))
        if mine is not None and given.role == "plain" and not _same(given.source, mine.source):
            placed.append(_added(mine, found, added))
        placed += behind(given.id)
    cells, notes = gather(release, placed, (_added(cell, found, added) for cell in found.aside))
    return Rebuilt(cells, (*found.notes, *_oddities(release, found), *_said_of(release, answers), *notes))


def _filled(given: Cell, mine: FileCell | None, answer: Answer | None) -> Placed:
    if answer is not None:
        pictures = tuple(picture for cell in answer.cells for picture in cell.pictures)
        return Placed(replace(given, source=answer.source, pictures=pictures))
    if mine is None:
        return Placed(given)
    written = "" if _same(given.source, mine.source) and given.role != "solution" else mine.source
    if given.role in ("solution", "manual"):
        given = replace(given, source=mine.source, pictures=mine.pictures)
    return Placed(given, written, mine.number, mine.type == "code")


def _added(cell: FileCell, found: Match, numbers: Iterator[int]) -> Placed:
    made = Cell(
        id=f"added-{next(numbers)}",
        role="added",
        code=cell.type == "code",
        source=cell.source,
        exercise=found.copies.get(cell.number, ""),
        pictures=cell.pictures,
    )
    return Placed(made, cell.source, cell.number, made.code)


def _said_of(release: Release, answers: Mapping[str, Answer]) -> Iterator[str]:
    for name, answer in answers.items():
        given = release.cell(name)
        numbers = " and ".join(str(cell.number) for cell in answer.cells)
        called = given.grade_id if given else name
        yield f"The answer cell {called!r} is as released; the text beside it was taken, cell {numbers} of the file."


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
    """Say whether two sources differ only in what stands at the ends of their lines."""
    return [line.rstrip() for line in one.strip().splitlines()] == [
        line.rstrip() for line in other.strip().splitlines()
    ]
