"""Which cell of a submitted file is which cell of the release, when ids were kept, lost, copied or moved."""

from __future__ import annotations

import re
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from autograder.grade.read import FileCell
from autograder.grade.release import Release
from autograder.grade.types import Cell

__all__ = ["Match", "match"]


@dataclass(frozen=True)
class Match:
    """How the cells of a file relate to a release.

    Args:
        by_id: The cell of the file that stands for a released cell, by the released id.
        after: The other cells of the file, by the released id of the cell that they follow; "" at the top.
        copies: The exercise that another cell of the file is a copy or a piece of, by its number.
        aside: The cells that are left out.
        notes: Lines for the report.
    """

    by_id: Mapping[str, FileCell]
    after: Mapping[str, Sequence[FileCell]]
    copies: Mapping[int, str]
    aside: tuple[FileCell, ...]
    notes: tuple[str, ...]


# From the surer to the weaker sign. Some editors drop ids but keep metadata; some drop both: see `_by_sources`.
SIGNS: tuple[tuple[Callable[[Cell], object], Callable[[FileCell], object]], ...] = (
    (lambda given: given.id, lambda cell: cell.id),
    (lambda given: given.grade_id, lambda cell: cell.grade_id),
)


def match(release: Release, submitted: Sequence[FileCell]) -> Match:
    """Find for every released cell the cell of the file that stands for it, and a place for all the others."""
    taken = _by_signs(release, submitted)
    _by_sources(release, submitted, taken)
    lost = _by_names(release, submitted, taken)
    taken |= lost
    copies, notes = _copies(release, submitted, taken)
    dropped = {number for number, exercise in copies.items() if not exercise}
    after: defaultdict[str, list[FileCell]] = defaultdict(list)
    place = ""
    for cell in submitted:
        place = taken.get(cell.number, place)
        if cell.number not in taken and cell.number not in dropped and cell.source.strip():
            after[place].append(cell)
    by_id = {taken[cell.number]: cell for cell in submitted if cell.number in taken}
    notes += [
        f"The solution cell {name!r} had lost its id; it was recognised by what it defines." for name in lost.values()
    ]
    aside = tuple(cell for cell in submitted if cell.number in dropped)
    return Match(by_id, after, copies, aside, (*notes, *_moved(release, submitted, taken)))


def _by_signs(release: Release, submitted: Sequence[FileCell]) -> dict[int, str]:
    taken: dict[int, str] = {}
    for of_given, of_cell in SIGNS:
        found = set(taken.values())
        waiting: defaultdict[object, list[str]] = defaultdict(list)
        for given in release.cells:
            if given.id not in found and of_given(given):
                waiting[of_given(given)].append(given.id)
        for cell in submitted:
            if cell.number not in taken and waiting.get(of_cell(cell)):
                taken[cell.number] = waiting[of_cell(cell)].pop(0)
    return taken


def _by_sources(release: Release, submitted: Sequence[FileCell], taken: dict[int, str]) -> None:
    """Take cells that are as released; where several are released alike, the one nearest to its place in the file."""
    found = set(taken.values())
    waiting: defaultdict[tuple[bool, str], list[int]] = defaultdict(list)
    for place, given in enumerate(release.cells):
        if given.id not in found:
            waiting[given.code, given.source.strip()].append(place)
    free: defaultdict[tuple[bool, str], list[FileCell]] = defaultdict(list)
    for cell in submitted:
        sign = (cell.type == "code", cell.source.strip())
        if cell.number not in taken and sign in waiting:
            free[sign].append(cell)
    for sign in sorted(free, key=lambda sign: len(waiting[sign]) > 1):
        distance = _distances(release, taken)
        pairs = sorted(
            (distance(cell.number, place), cell.number, place) for cell in free[sign] for place in waiting[sign]
        )
        for _, number, place in pairs:
            cell_id = release.cells[place].id
            if number not in taken and cell_id not in found:
                taken[number] = cell_id
                found.add(cell_id)


def _distances(release: Release, taken: Mapping[int, str]) -> Callable[[int, int], int]:
    """Return how to measure how far a cell of the file is from a place in the release, from the nearest known cells."""
    places = {given.id: place for place, given in enumerate(release.cells)}
    known = sorted((number, places[given]) for number, given in taken.items())

    def distance(number: int, place: int) -> int:
        behind = bisect(known, (number, -1))
        return min(
            (abs(there + number - one - place) for one, there in known[max(behind - 1, 0) : behind + 1]), default=0
        )

    return distance


def _by_names(release: Release, submitted: Sequence[FileCell], taken: Mapping[int, str]) -> dict[int, str]:
    """Find solution cells that were pasted into another notebook: they define the names of the stub."""
    found: dict[int, str] = {}
    for given in release.cells:
        names = _defined(given.source) if given.role == "solution" and given.id not in taken.values() else set()
        for cell in submitted:
            free = cell.number not in taken and cell.number not in found
            if names and free and cell.type == "code" and names <= _defined(cell.source):
                found[cell.number] = given.id
                break
    return found


def _defined(source: str) -> set[str]:
    return set(re.findall(r"^(?:def|class)\s+(\w+)", source, flags=re.MULTILINE))


def _copies(
    release: Release, submitted: Sequence[FileCell], taken: Mapping[int, str]
) -> tuple[dict[int, str], list[str]]:
    """Return the exercise for which a second copy of a released cell runs, or "" where the copy is left out."""
    names = {name: given for given in release.cells for name in (given.id, given.grade_id) if name}
    copies: dict[int, str] = {}
    notes: list[str] = []
    for cell in submitted:
        given = names.get(cell.id) or names.get(cell.grade_id)
        if cell.number in taken:
            continue
        if cell.experiment:
            copies[cell.number] = ""
            notes.append("A cell that is tagged as a run was left out, as runs are not part of grading.")
        elif given is None:
            continue
        elif given.role == "solution":
            copies[cell.number] = given.exercise
            notes.append(f"The solution cell {given.exercise!r} is in several cells; all of them run, in order.")
        elif given.role in ("check", "experiment"):
            copies[cell.number] = ""
            notes.append(f"The cell {given.grade_id or given.id!r} is in the file twice; one was left out.")
    return copies, list(dict.fromkeys(notes))


def _moved(release: Release, submitted: Sequence[FileCell], taken: Mapping[int, str]) -> list[str]:
    places = {given.id: index for index, given in enumerate(release.cells)}
    order = [places[taken[cell.number]] for cell in submitted if cell.number in taken]
    return ["Cells were moved; they are in the released order again."] if order != sorted(order) else []
