"""A cell that was stopped by hand: one sentence on where it was, in place of the whole traceback."""

from __future__ import annotations

import linecache
import traceback
from types import TracebackType
from typing import Any

__all__ = ["is_cell_itself", "say_where_it_was", "where_it_was"]


def say_where_it_was(shell: Any, kind: type, error: BaseException, trace: TracebackType, tb_offset: int | None) -> None:
    """Print the sentence; the arguments are those of IPython's `set_custom_exc`."""
    print(where_it_was(trace))


def where_it_was(trace: TracebackType | None) -> str:
    """Return the sentence: the innermost line of a cell that was running, with the function it belongs to.

    Args:
        trace: Traceback of the `KeyboardInterrupt`.
    """
    frames = [one for one in traceback.extract_tb(trace) if _in_a_cell(one.filename)]
    if not frames:
        return "Stopped by hand."
    last = frames[-1]
    code = linecache.getline(last.filename, last.lineno or 0).strip()
    where = "the cell" if is_cell_itself(last.name) else f"the cell that defines `{last.name}`"
    return (
        f"Stopped by hand in line {last.lineno} of {where}: `{code}`. "
        "If this should not have taken so long, look for a loop that never ends."
    )


def is_cell_itself(name: str) -> bool:
    """Say whether code by this name is a cell, and no function in it; Colab's IPython names it after its first line."""
    return name == "<module>" or name.startswith("<cell line")


def _in_a_cell(name: str) -> bool:
    return "ipykernel_" in name or name.startswith("<ipython-input")
