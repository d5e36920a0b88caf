"""Errors that the files of an exercise raise, as one line for their author."""

from __future__ import annotations

import traceback
from pathlib import Path

import course_utils.exercises

__all__ = ["fault_of"]

FOLDER = Path(course_utils.exercises.__file__).parent


def fault_of(error: Exception) -> str:
    """Return one line on an error that was raised in or below a file of an exercise: where, what it says, what to do.

    Args:
        error: What was raised while an answer or a probe was imported or run.

    Returns:
        The line; empty if no such file took part.
    """
    places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        places.append((error.filename or "", error.lineno))
    own = [f"{file}:{line}" for file, line in places if FOLDER in Path(file).parents[2:]]
    if not own:
        return ""
    said = error.msg if isinstance(error, SyntaxError) else error.args[0] if isinstance(error, KeyError) else error
    return (
        f"{own[-1]}: {type(error).__name__}: {said}; change this line (docs/new_exercise.md shows how), and try again"
    )
