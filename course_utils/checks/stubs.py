"""Which function is still a stub, where one that was released to be filled in has raised."""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from course_utils.checks.shown_cells import shown_line

__all__ = ["Unwritten", "describe_stub"]

OURS = str(Path(__file__).parents[1])
RELEASED = "raise NotImplementedError"
MARKER = "# TODO"


@dataclass(frozen=True)
class Unwritten:
    """What is not written yet.

    Args:
        says: A sentence on it.
        begun: Whether there is code above the line that raised, which only has to go.
    """

    says: str
    begun: bool = False


def describe_stub(error: NotImplementedError, uses: Sequence[str]) -> Unwritten | None:
    """Return what is not written yet; None if `error` is another one, as of a library.

    Args:
        error: What came out of a part of a probe.
        uses: Names of the student's objects that the part uses.
    """
    frames = list(traceback.walk_tb(error.__traceback__))
    if not frames or _file(frames[-1][0]).startswith(OURS):
        if str(error):  # torch has raised it, when an answer was read
            return None
        return Unwritten(_of_the_course(frames[-1][0] if frames else None, uses))
    frame, line = frames[-1]
    if _is_library(_file(frame)) or not _is_released(_source(frame, line), error):
        return None
    names = [_name(one) for one, _ in frames if _is_students(_file(one))]
    names = [name for name in names if not name.startswith("<")] or names  # a comprehension in a cell has no name
    first, last = next((name for name in names if _top(name) in uses), names[0]), names[-1]
    calls = f"{first} calls {last}, which" if _top(last) not in (_top(first), *uses) else last
    if _is_untouched(frame, line):
        return Unwritten(f"{calls} is still a stub.")
    number = shown_line(_file(frame), line)
    left = f"{calls} still raises NotImplementedError: line {number} of the cell is left over from the stub."
    return Unwritten(left, begun=True)


def _of_the_course(frame: FrameType | None, uses: Sequence[str]) -> str:
    """Speak of a method that a class has to define, or of the value `NotImplemented` that came back."""
    method = frame.f_code.co_name if frame is not None else ""
    mine = frame.f_locals.get("self") if frame is not None else None
    if mine is not None and type(mine).__name__ in uses:
        return f"{type(mine).__name__} does not define {method} yet."
    if len(uses) == 1:
        return f"{uses[0]} is still a stub."
    return f"One of {' and '.join(uses)} returned NotImplemented: it is still a stub."


def _is_released(source: str, error: NotImplementedError) -> bool:
    """Say whether the line that raised is that of a stub; without a text of it, whether the error says nothing."""
    return source.partition("#")[0].strip().removesuffix("()") == RELEASED if source else not str(error)


def _is_untouched(frame: FrameType, line: int) -> bool:
    """Say whether nothing was written between the mark of the stub and the line that raises."""
    before = (linecache.getline(_file(frame), number, frame.f_globals).strip() for number in range(line - 1, 0, -1))
    nearest = next((text for text in before if text), MARKER)
    return nearest == MARKER or nearest.endswith(('"""', "'''", ":"))


def _name(frame: FrameType) -> str:
    """Return the name of the function, or of the method with its class, that stands in a cell."""
    return frame.f_code.co_qualname.partition(".<locals>")[0]


def _top(name: str) -> str:
    return name.partition(".")[0]


def _source(frame: FrameType, line: int) -> str:
    return linecache.getline(_file(frame), line, frame.f_globals).strip()


def _file(frame: FrameType) -> str:
    return frame.f_code.co_filename


def _is_library(file: str) -> bool:
    return "site-packages" in file or "lib/python" in file


def _is_students(file: str) -> bool:
    return not file.startswith(OURS) and not _is_library(file)
