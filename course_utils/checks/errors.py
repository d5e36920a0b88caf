"""An exception of a student's code as a sentence: what was raised, where, and what it usually means."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import FrameType

from course_utils.checks.meanings import meaning_of
from course_utils.checks.surroundings import explain_by_frame

__all__ = ["describe_error"]

OURS = str(Path(__file__).parents[1])
SHORT, MAX_MESSAGE = 200, 300


def describe_error(error: BaseException) -> str:
    """Return one or two sentences on `error` for the student whose code raised it."""
    text = _first_sentences(_text(error))
    raised = f"Your code raised {type(error).__name__}{': ' if text else ''}{text}".rstrip(".")
    own = _last_own_frame(error)
    line = own[0].line if own else None
    where = f" ({_inside(own[0].name)}at `{line.strip()}`)" if own and line else ""
    meaning = explain_by_frame(error, text, own[1] if own else None) or meaning_of(error, text)
    return f"{raised}{where}. {meaning}".rstrip()


def _inside(name: str) -> str:
    """Name the function, unless Python has made up a name for it, as for a lambda."""
    return "" if name.startswith("<") else f"in {name}, "


def _first_sentences(text: str) -> str:
    """Return the first line; of one that is long, as those of torch, the first sentences."""
    line = text.split("\n")[0]
    end = line.rfind(". ", 0, SHORT)
    return line[: end + 1] if len(line) > SHORT and end > 0 else line[:MAX_MESSAGE]


def _text(error: BaseException) -> str:
    try:
        # The text of an error in the syntax ends with the name that IPython gives to the cell.
        return str(error.msg if isinstance(error, SyntaxError) else error).strip()
    except Exception:  # __str__ is the student's too
        return "an error that cannot be printed"


def _last_own_frame(error: BaseException) -> tuple[traceback.FrameSummary, FrameType] | None:
    """Return the last step of the student's own code on the way to `error`, and its frame."""
    steps = zip(traceback.extract_tb(error.__traceback__), traceback.walk_tb(error.__traceback__), strict=True)
    own = [(step, frame) for step, (frame, _) in steps if _is_own(step.filename)]
    return own[-1] if own else None


def _is_own(filename: str) -> bool:
    return not filename.startswith(OURS) and "site-packages" not in filename
