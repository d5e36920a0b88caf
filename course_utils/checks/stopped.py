"""A cell that was stopped by hand: one sentence on where it was, in place of the whole traceback."""

from __future__ import annotations

import linecache
import traceback
from types import TracebackType
from typing import Any

from course_utils.checks.shown_cells import shown_line

__all__ = ["say_where_it_was", "where_it_was"]


def say_where_it_was(shell: Any, kind: type, error: BaseException, trace: TracebackType, tb_offset: int | None) -> None:
    """Print the sentence; the arguments are those of IPython's `set_custom_exc`."""
    print(where_it_was(trace))


def where_it_was(trace: TracebackType | None) -> str:
    """Return the sentence: the innermost line of a cell that was running, with the function it belongs to.

    Args:
        trace: Traceback of the `KeyboardInterrupt`.
    """
    frames = [(frame, line) for frame, line in traceback.walk_tb(trace) if _in_a_cell(frame.f_code.co_filename)]
    if not frames:
        return "Stopped by hand."
    frame, line = frames[-1]
    number = shown_line(frame.f_code.co_filename, line)
    text = linecache.getline(frame.f_code.co_filename, line, frame.f_globals).strip()
    # Colab's IPython gives a cell another `co_name`, so that debuggers can tell cells apart.
    where = "the cell" if frame.f_code.co_qualname == "<module>" else f"the cell that defines `{frame.f_code.co_name}`"
    return (
        f"Stopped by hand in line {number} of {where}: `{text}`. "
        "If this should not have taken so long, look for a loop that never ends."
    )


def _in_a_cell(name: str) -> bool:
    return "ipykernel_" in name or name.startswith("<ipython-input")
