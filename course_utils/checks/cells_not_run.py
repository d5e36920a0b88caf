"""Cells that Python could not read when they were run last: what they define is still the version from before."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["describe_old_version", "note_unread_cell"]

DEFINITION = re.compile(r"^(?:async\s+)?(?:def|class)\s+(\w+)", re.MULTILINE)
# By name, what was called so when a cell that defines the name could not be read.
_OLD: dict[str, object] = {}


def note_unread_cell(result: Any, namespace: Mapping[str, object]) -> None:
    """Keep what a cell would have replaced, if Python could not read it.

    Args:
        result: What IPython says of the cell that has just been run.
        namespace: The variables of the notebook.
    """
    names = DEFINITION.findall(result.info.raw_cell or "")
    if isinstance(result.error_before_exec, SyntaxError):
        _OLD.update({name: namespace[name] for name in names if name in namespace})
    elif result.success:
        for name in names:
            _OLD.pop(name, None)


def describe_old_version(objects: Sequence[object]) -> str:
    """Return a sentence if one of the objects is older than the cell that should have replaced it; else nothing."""
    old = [name for name, thing in _OLD.items() if any(thing is one for one in objects)]
    if not old:
        return ""
    return (
        f"[note] The cell that defines {' and '.join(old)} was changed, and Python could not read it when it was "
        "run: this is about the version from before. Mend the cell and run it."
    )
