"""Solutions that stand in another cell than theirs: merged cells, all functions in one, a cell at the end.

A stub that nobody touched never takes the place of a function that the student wrote elsewhere in the file.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from autograder.grade.placed import Placed
from autograder.grade.release import Release
from autograder.grade.types import Cell
from autograder.sandbox.statements import Statement, statements

__all__ = ["gather"]

STUB = "raise NotImplementedError"
BUILTINS = frozenset(dir(builtins))


def gather(release: Release, placed: Sequence[Placed], aside: Iterable[Placed]) -> tuple[tuple[Cell, ...], list[str]]:
    """Put into the solution cells what students wrote for them elsewhere.

    Args:
        release: The released notebook.
        placed: The cells of the rebuilt notebook, in order.
        aside: Cells of the file that have no place in it.

    Returns:
        The cells, and a line for everything that was taken from another cell.
    """
    search = _Search(release, (*placed, *aside))
    cells: list[Cell] = []
    notes: list[str] = []
    for place, one in enumerate(placed):
        cell = one.cell
        if cell.role == "solution" and cell.code:
            for step in (search.without_stubs, search.with_helpers):
                cell, note = step(cell, place)
                notes += [note] if note else []
        cells.append(cell)
    return tuple(cells), notes


class _Search:
    """What is defined where, in a rebuilt notebook."""

    def __init__(self, release: Release, placed: Sequence[Placed]) -> None:
        self.placed = placed
        given = [one for cell in release.cells if cell.code for one in statements(cell.source)]
        self.stubs = {one.shape for one in given if STUB in one.source and one.makes_code}
        released = {one.shape for one in given}
        self.own = [
            [one for one in _written(each) if one.defines and one.names and one.shape not in released]
            for each in placed
        ]

    def without_stubs(self, cell: Cell, place: int) -> tuple[Cell, str]:
        """Replace stubs by what the student wrote for them elsewhere: the last one before, else the last one."""
        source = cell.source.replace("\r\n", "\n")
        found: dict[int, list[str]] = {}
        for stub in (one for one in statements(source) if one.shape in self.stubs):
            (name,) = stub.names
            where = self._where(name, place)
            if where is None:
                continue
            taken = [one.source for one in self.own[where] if name in one.names and one.makes_code]
            late = not self._is_before(where, place)
            source = source.replace(stub.source, "" if late or where == place else "\n\n\n".join(taken), 1)
            if where != place:
                found.setdefault(where, []).append(name)
        further = {where: names for where, names in found.items() if not self._is_before(where, place)}
        source = "\n\n\n".join(filter(str.strip, (*self._behind(further), source)))
        return self._taken(cell, source, found, "has still the released lines for")

    def with_helpers(self, cell: Cell, place: int) -> tuple[Cell, str]:
        """Put before a solution what it uses and what only cells further down define."""
        own = statements(cell.source)
        known = BUILTINS.union(*(one.names for one in own), self._defined_before(place))
        wanted = frozenset[str]().union(*(one.uses for one in own)) - known if own else frozenset()
        found: dict[int, list[str]] = {}
        for name in sorted(wanted):
            where = self._where(name, place)
            if where is not None and where != place:
                found.setdefault(where, []).append(name)
        source = "\n\n\n".join((*self._behind(found), cell.source))
        return self._taken(cell, source, found, "comes before what it uses,")

    def _where(self, name: str, place: int) -> int | None:
        """Return where the student defines a name: here, or before as late as possible, or anywhere, last."""
        places = [where for where, own in enumerate(self.own) if any(name in one.names for one in own)]
        if place in places:
            return place
        before = [where for where in places if self._is_before(where, place)]
        return next(iter(reversed(before or places)), None)

    def _is_before(self, where: int, place: int) -> bool:
        return where <= place and self.placed[where].runs

    def _defined_before(self, place: int) -> frozenset[str]:
        cells = [one.cell for one in self.placed[: self._check_of(place)] if one.cell.code]
        texts = [cell.source for cell in cells if cell.role not in ("check", "experiment")]
        return frozenset[str]().union(*(one.names for text in texts for one in statements(text)))

    def _check_of(self, place: int) -> int:
        """Return the place where the exercise of a solution is checked."""
        exercise = self.placed[place].cell.exercise
        checks = (where for where, one in enumerate(self.placed) if one.cell.role == "check")
        return next((where for where in checks if self.placed[where].cell.exercise == exercise), place)

    def _behind(self, found: Mapping[int, Sequence[str]]) -> Iterator[str]:
        """Yield, for each cell, what defines these names, and what that uses of the same cell."""
        for where, names in found.items():
            wanted, chosen, before = set(names), set[int](), -1
            while len(chosen) > before:
                before = len(chosen)
                for number, one in enumerate(self.own[where]):
                    if one.names & wanted:
                        chosen.add(number)
                        wanted |= one.uses
            yield "\n\n\n".join(self.own[where][number].source for number in sorted(chosen))

    def _taken(self, cell: Cell, source: str, found: dict[int, list[str]], why: str) -> tuple[Cell, str]:
        if source == cell.source.replace("\r\n", "\n"):
            return cell, ""
        said = [f"{_and(names)}, taken from {_named(self.placed[where])}" for where, names in found.items()]
        name = cell.grade_id or cell.id
        note = f"The solution cell {name!r} {why} {'; and '.join(said)}." if said else ""
        return replace(cell, source=source), note


def _written(one: Placed) -> Iterator[Statement]:
    """Yield what a student wrote in a cell; of texts, functions and classes only."""
    return (found for found in statements(one.written) if one.is_code or found.makes_code)


def _named(one: Placed) -> str:
    return f"cell {one.number} of the file" if one.cell.role == "added" else f"the cell {one.cell.id!r}"


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
