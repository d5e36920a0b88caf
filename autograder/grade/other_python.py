"""Messages for solutions that were written for another version of Python than the one that grades them."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from autograder.grade.not_a_notebook import text_of_notebook
from autograder.grade.read import tidy
from autograder.grade.types import ExerciseGrade

__all__ = ["told_of_other_python", "version_of"]

# What a version can lack, or has lost: an exception of any other kind has another reason.
GONE = "annotationlib|asyncore|cgi|compression|crypt|distutils|imp|pipes|telnetlib"
RAISED = re.compile(
    rf"raised (?:SyntaxError|ImportError|AttributeError: module|ModuleNotFoundError: No module named '(?:{GONE})')"
)
# What newer versions read and older ones do not, by the beginning of what an older one says, or of the code.
NEWER = (
    ("3.12", re.compile(r"SyntaxError: f-string: "), None),
    ("3.12", re.compile("SyntaxError"), re.compile(r"^\s*(?:type\s+\w+.*=|def\s+\w+\[|class\s+\w+\[)", re.MULTILINE)),
    ("3.14", re.compile("SyntaxError"), re.compile(r"\bt[\"']")),
    ("3.14", re.compile("SyntaxError: multiple exception types must be parenthesized"), None),
)
PYTHON_2 = re.compile("SyntaxError: Missing parentheses in call to 'print'")


def version_of(content: bytes) -> str:
    """Return the version of Python that a notebook was run with, as in "3.13"; empty if it does not say.

    Args:
        content: The bytes of the file; untrusted, but readable as a notebook.
    """
    record: Any = json.loads(text_of_notebook(content))
    for key in ("metadata", "language_info", "version"):
        record = record.get(key) if isinstance(record, dict) else None
    found = re.match(r"\d+\.\d+", record) if isinstance(record, str) else None
    return found[0] if found else ""


def told_of_other_python(grade: ExerciseGrade, version: str, sources: Iterable[str]) -> ExerciseGrade:
    """Return a grade whose messages say that the code needs another version, where that may be the reason.

    Args:
        grade: The grade of an exercise.
        version: The version that the notebook was run with; empty if it does not say.
        sources: The code of the exercise.
    """
    code = "\n".join(sources)
    parts = tuple(replace(one, message=_told(one.message, version, code)) for one in grade.parts)
    return replace(grade, message=_told(grade.message, version, code), parts=parts)


def _told(message: str, version: str, code: str) -> str:
    if not RAISED.search(message):
        return message
    ours = ".".join(platform.python_version_tuple()[:2])
    needed = _needed(message, code)
    if PYTHON_2.search(message):
        said = f"This is written as in Python 2; grading uses Python {ours}."
    elif version and version != ours:
        said = f"The notebook was run with Python {tidy(version, 10)}; grading uses Python {ours}."
    elif needed:
        said = f"Python {needed} and later can read this; grading uses Python {ours}."
    else:
        return message
    return f"{message.rstrip('.')}. {said}"


def _needed(message: str, code: str) -> str:
    ours = tuple(map(int, platform.python_version_tuple()[:2]))
    for version, said, written in NEWER:
        is_newer = tuple(map(int, version.split("."))) > ours
        if is_newer and said.search(message) and (written is None or written.search(code)):
            return version
    return ""
