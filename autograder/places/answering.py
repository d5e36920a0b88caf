"""From a folder to a file of results: the file is there from the beginning, whatever happens afterwards."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.course import find_root
from autograder.grade.files import write_all
from autograder.places.marked import FAILED, NOT_FINISHED, Marked, mark_folder
from autograder.places.settings import Settings, read_settings

__all__ = ["answer", "mark_in_any_case"]

Format = Callable[[Marked, Settings], Mapping[str, Any]]


def answer(folder: Path, file: Path, results: Format) -> None:
    """Grade what lies in a folder, and write the results.

    Args:
        folder: What was handed in; untrusted.
        file: Where the results go; its folder is made.
        results: Puts them into the words of the place.
    """
    settings = read_settings(find_root())
    _write(file, results(NOT_FINISHED, settings))
    _write(file, results(mark_in_any_case(folder, settings), settings))


def mark_in_any_case(folder: Path, settings: Settings) -> Marked:
    """Return what `mark_folder` returns; what goes wrong with the grader itself is a line for instructors."""
    try:
        return mark_folder(folder, settings)
    except Exception:
        return replace(NOT_FINISHED, problem=FAILED, staff=(traceback.format_exc()[-3000:],))


def _write(file: Path, content: Mapping[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_all(file.parent, [(file.name, json.dumps(content, ensure_ascii=False, indent=1).encode())])
