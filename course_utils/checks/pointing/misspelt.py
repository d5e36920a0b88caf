"""A name that Python does not know and that is nearly one that it knows."""

from __future__ import annotations

import builtins
import re
import traceback
from collections.abc import Iterable
from difflib import get_close_matches
from types import FrameType

from course_utils.changes import Change
from course_utils.checks.pointing.candidates import Spot
from course_utils.checks.pointing.cells import cell_source, is_cell
from course_utils.checks.pointing.order import Candidate
from course_utils.checks.pointing.sorts import attributes_of

__all__ = ["misspelt"]

# So many of the names that are most like the unknown one, and how much they have to be like it.
MOST, LIKE = 3, 0.7


def misspelt(error: BaseException | None) -> list[Candidate]:
    """Return what may be meant in the line of a cell that asked for an unknown attribute or variable."""
    if not isinstance(error, AttributeError | NameError) or not error.name:
        return []
    lines = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__) if _is_of_cell(frame)]
    if not lines:
        return []
    frame, line = lines[-1]
    known = _attributes(error.obj) if isinstance(error, AttributeError) else _variables(frame)
    near = get_close_matches(error.name, [name for name in known if name != error.name], MOST, LIKE)
    return [(frame.f_code.co_filename, spot) for spot in _spots(frame, line, error.name, near)]


def _is_of_cell(frame: FrameType) -> bool:
    return is_cell(frame.f_code.co_filename)


def _attributes(value: object) -> set[str]:
    """Return the names of an object and its classes; `dir` would run a student's `__dir__`."""
    return {*attributes_of(value), *(name for kind in type(value).__mro__ for name in vars(kind))}


def _variables(frame: FrameType) -> set[str]:
    return {*frame.f_locals, *frame.f_globals, *dir(builtins)}


def _spots(frame: FrameType, line: int, name: str, near: Iterable[str]) -> list[Spot]:
    rows = cell_source(frame.f_code.co_filename).splitlines(keepends=True)
    start, row = sum(map(len, rows[: line - 1])), rows[line - 1]
    places = [start + found.start() for found in re.finditer(rf"\b{re.escape(name)}\b", row)]
    return [
        Spot(Change("misspelt", place, place + len(name), other, line, "", name, other), line, row.strip())
        for other in near
        for place in places
    ]
