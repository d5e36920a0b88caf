"""Cells that need an exercise which is still open: they say so, and a run of all cells goes past them."""

from __future__ import annotations

import traceback
from types import TracebackType
from typing import Any

from course_utils.checks.stubs import Unwritten, describe_stub

__all__ = ["pass_over_stub", "say_what_is_open"]


def say_what_is_open(
    shell: Any,
    kind: type[BaseException],
    error: NotImplementedError,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """Print which exercise is open, where a traceback would be; the arguments are those that IPython passes."""
    if said := _needed(error):
        print(f"[to do] {said} Finish it, then run this cell again.")
    else:
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def pass_over_stub(result: Any) -> None:
    """Count a cell that ran into a stub as done: a front end runs the cells below one that failed no more."""
    if isinstance(result.error_in_exec, NotImplementedError) and _needed(result.error_in_exec):
        result.error_in_exec = None


def _needed(error: NotImplementedError) -> str:
    """Return a sentence on the stub that raised; empty if it was something else."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    # Not `co_name`, which Colab's IPython makes another one for each cell.
    names = [frame.f_code.co_qualname for frame in frames]
    cell = names.index("<module>") if "<module>" in names else len(frames)
    if cell == len(frames):
        return ""
    if cell + 1 == len(frames):  # the cell itself raises
        return _said(describe_stub(error, ["<module>"])).replace("<module>", "This cell")
    named = [frame for frame in frames[cell + 1 :] if not frame.f_code.co_name.startswith("<")]
    called = named[0] if named else frames[cell + 1]
    return _said(describe_stub(error, [called.f_code.co_name, type(called.f_locals.get("self")).__name__]))


def _said(unwritten: Unwritten | None) -> str:
    return unwritten.says if unwritten else ""
