"""Answers in words that were typed beside their cell: in a new cell above or below it, or into the question."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autograder.grade.match import Match
from autograder.grade.read import FileCell
from autograder.grade.release import Release
from autograder.grade.types import Cell
from course_utils.handin.answer_frame import answer_in

__all__ = ["Answer", "answers_beside"]


@dataclass(frozen=True)
class Answer:
    """What was typed beside an answer cell: its text, and the cells of the file that hold it."""

    source: str
    cells: tuple[FileCell, ...]


def answers_beside(release: Release, found: Match) -> dict[str, Answer]:
    """Return the answers that stand beside an answer cell which is as released, by the id of that cell."""
    answers: dict[str, Answer] = {}
    used: set[int] = set()
    for place, given in enumerate(release.cells):
        if given.role != "manual" or not _is_untouched(given, found):
            continue
        beside = {cell.number: (text, cell) for text, cell in reversed([*_beside(release, place, found)])}
        texts = [(text, cell) for number, (text, cell) in sorted(beside.items()) if number not in used]
        if texts:
            used |= {cell.number for _, cell in texts}
            source = "\n\n".join(text for text, _ in texts)
            answers[given.id] = Answer(source, tuple(cell for _, cell in texts))
    return answers


def _is_untouched(given: Cell, found: Match) -> bool:
    mine = found.by_id.get(given.id)
    return mine is None or answer_in(mine.source) in ("", answer_in(given.source))


def _beside(release: Release, place: int, found: Match) -> Iterator[tuple[str, FileCell]]:
    """Yield what was typed above an answer cell, then below it."""
    given = release.cells[place]
    above = release.cells[place - 1] if place else None
    below = release.cells[place + 1] if place + 1 < len(release.cells) else None
    yield from _right_above(above, given, found)
    yield from _added_text(above, given, found)
    yield from ((cell.source, cell) for cell in found.after[""] if not place and _is_prose(cell))
    yield from ((cell.source, cell) for cell in found.after[given.id] if _is_prose(cell))
    yield from _added_text(below, given, found)


def _right_above(above: Cell | None, given: Cell, found: Match) -> Iterator[tuple[str, FileCell]]:
    """Yield what was added to the question where only its place in the file, or its text, tells that it is the one."""
    if above is None or above.id in found.by_id:
        return
    mine = found.by_id.get(given.id)
    added = {cell.number: cell for cells in found.after.values() for cell in cells}
    cell = added.get(mine.number - 1) if mine else next((one for one in added.values() if _begins(one, above)), None)
    if cell is not None and _is_prose(cell) and (lines := _new_lines(cell, (above, given))):
        yield lines, cell


def _begins(cell: FileCell, released: Cell) -> bool:
    """Say whether a cell has all the text of a released one, to which something may have been added."""
    text = " ".join(released.source.split())
    return bool(text) and " ".join(cell.source.split()).startswith(text)


def _new_lines(cell: FileCell, released: Iterable[Cell]) -> str:
    """Return the lines of a cell that are in none of these released ones."""
    known = {line.strip() for one in released for line in one.source.splitlines()}
    return "\n".join(line for line in cell.source.splitlines() if line.strip() not in known).strip()


def _added_text(beside: Cell | None, given: Cell, found: Match) -> Iterator[tuple[str, FileCell]]:
    """Yield what was added to a released text, and the new cells of text behind one that is above."""
    if beside is None:
        return
    mine = found.by_id.get(beside.id)
    if mine is not None and beside.role == "text" and (lines := _new_lines(mine, (beside, given))):
        yield lines, mine
    is_above = found.after.get(beside.id, ()) if beside.role != "manual" else ()
    yield from ((cell.source, cell) for cell in is_above if _is_prose(cell))


def _is_prose(cell: FileCell) -> bool:
    """Say whether a cell holds words: any text cell, and a code cell of which nothing is more than a text."""
    if cell.type != "code":
        return bool(cell.source.strip())
    try:
        body = ast.parse(cell.source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return not cell.source.lstrip().startswith(("%", "!"))
    return bool(cell.source.strip()) and all(map(_says_only, body))


def _says_only(node: ast.stmt) -> bool:
    """Say whether a statement is a text, a word, or prints one."""
    if not isinstance(node, ast.Expr):
        return False
    value = node.value
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "print":
        return all(isinstance(one, ast.Constant) for one in value.args)
    return isinstance(value, ast.Constant | ast.Name)
