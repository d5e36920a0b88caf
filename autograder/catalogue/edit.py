"""Edits of a solution: what a mistake or another convention changes in its text."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.catalogue.solution import Solution
from course_utils.changes import Change

__all__ = ["Edit", "EditError", "Span", "accepted", "apply", "edit", "overlap", "spans", "trimmed"]

TOKEN = re.compile(r"\w+|\s+|.")


class EditError(Exception):
    """An edit cannot be made, or an answer cannot be used. One line: file and line, what was found, what to do."""


@dataclass(frozen=True)
class Span:
    """A piece of a text, from `start` up to `end`, and what stands in its place."""

    start: int
    end: int
    new: str


@dataclass(frozen=True)
class Edit:
    """A mistake, or an accepted convention, as changes of the solution's text.

    Args:
        id: Its name, in words joined by hyphens.
        says: A sentence for the student: what was found, never the code that mends it.
        changes: New text by old text; each old text occurs once in the solution.
        share: Fraction of the marks that it earns.
        pairs: Whether it is looked for together with other mistakes.
        frequent: Of a convention, whether pairs of mistakes and small changes are looked for within it.
        where: File and line where it is written, for messages.
    """

    id: str
    says: str
    changes: Mapping[str, str]
    share: float = 0.5
    pairs: bool = True
    frequent: bool = True
    where: str = ""


def edit(name: str, says: str, changes: Mapping[str, str], *, share: float = 0.5, pairs: bool = True) -> Edit:
    """Return a mistake; the arguments are those of `Edit`."""
    return Edit(name, says, changes, share, pairs, where=_caller())


def accepted(name: str, says: str, changes: Mapping[str, str], *, pairs: bool = True, frequent: bool = True) -> Edit:
    """Return an accepted convention, which costs nothing; the arguments are those of `Edit`."""
    return Edit(name, says, changes, 1.0, pairs, frequent, _caller())


def _caller() -> str:
    frame = sys._getframe(2)
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def spans(one: Edit, solution: Solution, uses: Sequence[str] = ()) -> tuple[Span, ...]:
    """Return the pieces of the solution that an edit changes, without what old and new text have in common.

    Args:
        one: The edit.
        solution: The text that it changes.
        uses: Names of functions or classes; a text that occurs in several places is looked for in these alone.

    Raises:
        EditError: An old text does not occur, or in several places, or the result is not Python.
    """
    found = tuple(_span(one, old, new, solution, uses) for old, new in one.changes.items())
    if any(overlap(found[:number], [span]) for number, span in enumerate(found)):
        raise EditError(f"{one.where}: {one.id!r} changes the same piece of the solution twice")
    try:
        ast.parse(apply(solution.source, found))
    except SyntaxError as error:
        raise EditError(
            f"{one.where}: {one.id!r} leaves no Python: {error.msg}, at `{(error.text or '').strip()}`"
        ) from error
    return found


def apply(source: str, changed: Iterable[Span]) -> str:
    """Return the text with all pieces replaced; none of them may overlap."""
    for span in sorted(changed, key=lambda one: (one.start, one.end), reverse=True):
        source = source[: span.start] + span.new + source[span.end :]
    return source


def overlap(some: Iterable[Span], others: Iterable[Span]) -> bool:
    """Say whether a piece of `some` touches one of `others`, so that the two cannot be replaced together."""
    others = tuple(others)
    return any(
        (one.start < other.end and other.start < one.end) or (one.start, one.end) == (other.start, other.end)
        for one in some
        for other in others
    )


def trimmed(change: Change, source: str) -> Span:
    """Return the piece that a small change really changes, to whole words."""
    return _smallest(change.start, source[change.start : change.end], change.new)


def _span(one: Edit, old: str, new: str, solution: Solution, uses: Sequence[str]) -> Span:
    places = _places(old, solution.source)
    if len(places) > 1 and uses:
        own = list(_definitions(solution.source, uses))
        places = [place for place in places if any(start <= place[0] < end for start, end in own)]
    if len(places) != 1:
        count = "not in" if not places else f"{len(places)} times in"
        todo = "copy it from there" if not places else "take more of the line"
        where = f"the solution of {solution.exercise} ({solution.path.name}:{solution.line})"
        raise EditError(f"{one.where}: the old text of {one.id!r} is {count} {where}; {todo}: `{old}`")
    start, end = places[0]
    return _smallest(start, solution.source[start:end], _indented(new, solution.source, start))


def _places(old: str, source: str) -> list[tuple[int, int]]:
    """Return where `old` starts and ends; several lines are written as if they began at the margin."""
    first, *more = map(re.escape, old.split("\n"))
    if not more:
        return [match.span() for match in re.finditer(first, source)]
    pattern = rf"^(?P<margin>[ ]*){first}" + "".join(rf"\n(?P=margin){line}" for line in more)
    return [(match.end("margin"), match.end()) for match in re.finditer(pattern, source, re.MULTILINE)]


def _definitions(source: str, names: Sequence[str]) -> Iterator[tuple[int, int]]:
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in names:
            yield starts[node.lineno - 1], starts[node.end_lineno or node.lineno]


def _indented(new: str, source: str, place: int) -> str:
    """Return a new text of several lines with the indentation of the line that it stands in."""
    line = source[source.rfind("\n", 0, place) + 1 : place]
    margin = line[: len(line) - len(line.lstrip())]
    return new.replace("\n", f"\n{margin}") if not line.strip() else new


def _smallest(place: int, old: str, new: str) -> Span:
    """Return the piece that differs, to whole words."""
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    start = place + len("".join(before[:head]))
    end = place + len(old) - len("".join(before[len(before) - tail :]))
    return Span(start, end, "".join(after[head : len(after) - tail]))


def _common(some: Sequence[str], others: Sequence[str]) -> int:
    least = min(len(some), len(others))
    return next((i for i, (one, other) in enumerate(zip(some, others, strict=False)) if one != other), least)
