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
            for step in (search.without_anothers, search.without_stubs, search.with_helpers):
                cell, note = step(cell, place)
                notes += [note] if note else []
        cells.append(cell)
    return tuple(cells), notes


class _Search:
    """What is defined where, in a rebuilt notebook."""

    def __init__(self, release: Release, placed: Sequence[Placed]) -> None:
        self.release = release
        self.placed = placed
        given = [one for cell in release.cells if cell.code for one in statements(cell.source)]
        self.stubs = {one.shape: one for one in given if STUB in one.source and one.makes_code}
        released = {one.shape for one in given}
        self.own = [
            [one for one in _written(each) if one.defines and one.names and one.shape not in released]
            for each in placed
        ]

    def without_anothers(self, cell: Cell, place: int) -> tuple[Cell, str]:
        """Leave out a function that another exercise asks for by the same name, where that of this one is there too."""
        source = cell.source.replace("\r\n", "\n")
        own = statements(source)
        for stub in self._asked(cell):
            called = [one for one in own if one.makes_code and one.names == stub.names]
            anothers = [one for one in called if self._is_anothers(one, stub)]
            if len(anothers) < len(called):
                for one in anothers:
                    source = source.replace(one.source, "", 1)
        return self._taken(cell, source, {}, "")

    def _asked(self, cell: Cell) -> Iterator[Statement]:
        """Yield the stubs of a solution cell, as released."""
        given = self.release.cell(cell.id)
        yield from (one for one in statements(given.source if given else "") if one.shape in self.stubs)

    def _is_anothers(self, one: Statement, stub: Statement) -> bool:
        """Say whether a function has the arguments of another stub of this name."""
        others = (each for each in self.stubs.values() if each.names == stub.names)
        return one.names == stub.names and one.arguments in {each.arguments for each in others} - {stub.arguments}

    def without_stubs(self, cell: Cell, place: int) -> tuple[Cell, str]:
        """Replace stubs by what the student wrote for them elsewhere: the last one before, else the last one."""
        source = cell.source.replace("\r\n", "\n")
        found: dict[int, list[str]] = {}
        for left in (one for one in statements(source) if one.shape in self.stubs):
            stub = self.stubs[left.shape]
            (name,) = stub.names
            where = self._where(name, place, stub)
            if where is None:
                continue
            mine = [one for one in self.own[where] if name in one.names and one.makes_code]
            taken = [one.source for one in mine if not self._is_anothers(one, stub)]
            late = not self._is_before(where, place)
            source = source.replace(left.source, "" if late or where == place else "\n\n\n".join(taken), 1)
            if where != place:
                found.setdefault(where, []).append(name)
        further = {where: names for where, names in found.items() if not self._is_before(where, place)}
        source = "\n\n\n".join(filter(str.strip, (*self._behind(further, cell), source)))
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
        source = "\n\n\n".join((*self._behind(found, cell), cell.source))
        return self._taken(cell, source, found, "comes before what it uses,")

    def _where(self, name: str, place: int, stub: Statement | None = None) -> int | None:
        """Return where the student defines a name: here, or before as late as possible, or anywhere, last.

        What has the arguments of another stub of this name is not meant.
        """
        places = [
            where
            for where, own in enumerate(self.own)
            if any(name in one.names and (stub is None or not self._is_anothers(one, stub)) for one in own)
        ]
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

    def _behind(self, found: Mapping[int, Sequence[str]], cell: Cell) -> Iterator[str]:
        """Yield, for each place, what defines these names for a cell, and what that uses of the same place."""
        stubs = tuple(self._asked(cell))
        for where, names in found.items():
            wanted, chosen, before = set(names), set[int](), -1
            while len(chosen) > before:
                before = len(chosen)
                for number, one in enumerate(self.own[where]):
                    if one.names & wanted and not any(self._is_anothers(one, stub) for stub in stubs):
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
