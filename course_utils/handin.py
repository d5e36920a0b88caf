"""What a student's notebook still lacks, and the file to hand in."""

from __future__ import annotations

import ast
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = [
    "NO_ANSWER",
    "NO_CODE",
    "HandInError",
    "Notebook",
    "find_notebook",
    "grade_id",
    "hand_in_bytes",
    "is_unfinished",
    "missing",
    "notebook_of",
    "read",
]

STUB = ("# TODO", "raise NotImplementedError")
TEXT_STUB = "*Your answer here.*"
# How a line of `missing` ends where nothing has been written.
NO_CODE, NO_ANSWER = ": still to be written", ": no answer yet"
# More than an hour may be an evening's break, or work that was never saved.
LONG_AGO_S = 3600


class HandInError(Exception):
    """There is nothing to hand in; the message says what was found and what to do."""


@dataclass(frozen=True)
class Notebook:
    """A notebook as it stands on the disk.

    Args:
        name: Workbook, as in `"02_optimizers"`.
        path: Its file.
        record: Its JSON.
        saved_at: When it was saved, in seconds since the epoch.
    """

    name: str
    path: Path
    record: dict[str, Any]
    saved_at: float


def find_notebook(name: str, start: Path | None = None) -> Path:
    """Return the notebook of a workbook, or the file itself if its path is given.

    Args:
        name: Workbook, as in `"02_optimizers"`, or a path.
        start: Where to look; the working folder if None. The folders above it are searched, too.

    Raises:
        HandInError: There is none.
    """
    given = Path(name)
    if given.suffix == ".ipynb" and given.is_file():
        return given
    name = given.stem
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        for place in (f"{name}.ipynb", f"{name}/{name}.ipynb", f"notebooks/{name}/{name}.ipynb"):
            if (folder / place).is_file():
                return folder / place
    raise HandInError(f"no notebook {name}.ipynb in {here} or above it; go to its folder, or give its path")


def read(path: Path) -> Notebook:
    """Read a notebook.

    Raises:
        HandInError: It cannot be read, or is not a notebook of the course.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise HandInError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise HandInError(f"{path} is not a notebook: it is not JSON; download or save it again") from error
    return notebook_of(record, path, path.stat().st_mtime)


def notebook_of(record: Any, path: Path, saved_at: float) -> Notebook:
    """Return a notebook that has been read already; arguments as `Notebook`.

    Raises:
        HandInError: It is not a notebook of the course.
    """
    cells = record.get("cells") if isinstance(record, dict) else None
    if not isinstance(cells, list) or not any(grade_id(cell) for cell in cells):
        raise HandInError(f"{path} is not a notebook of this course: no cell in it is an exercise")
    return Notebook(path.stem.removesuffix("-handin"), path, record, saved_at)


def missing(notebook: Notebook, now: float | None = None) -> list[str]:
    """Return a line for everything that somebody who hands this in would want to know; none if all is there."""
    lines: list[str] = []
    age = (time.time() if now is None else now) - notebook.saved_at
    if age > LONG_AGO_S:
        lines.append(f"saved {age / 3600:.1f} hours ago: save it now if you have worked on it since")
    for cell in notebook.record["cells"]:
        name, source = grade_id(cell), _source(cell)
        if name and not name.startswith("check-"):
            lines += _lacks(name, cell)
        elif cell.get("cell_type") == "code":
            lines += [f"a cell of your own does not run: {what}" for what in _syntax(source)]
    names = {grade_id(cell) for cell in notebook.record["cells"]}
    lines += [f"{name}: its check cell is gone" for name in _without_check(notebook, names)]
    return lines


def hand_in_bytes(notebook: Notebook) -> bytes:
    """Return the file to hand in: the notebook without outputs, which nobody grades and which make files large."""
    cells = []
    for cell in notebook.record["cells"]:
        kept = dict(cell)
        if kept.get("cell_type") == "code":
            kept |= {"outputs": [], "execution_count": None}
        kept.pop("attachments", None)
        cells.append(kept)
    return (json.dumps({**notebook.record, "cells": cells}, indent=1, ensure_ascii=False) + "\n").encode()


def _lacks(name: str, cell: dict[str, Any]) -> list[str]:
    words = cell.get("cell_type") == "markdown"
    if is_unfinished(cell):
        return [f"{name}{NO_ANSWER if words else NO_CODE}"]
    return [] if words else [f"{name}: {what}" for what in _syntax(_source(cell))]


def _syntax(source: str) -> list[str]:
    """Return what Python says of a cell; lines for IPython (%, !, ?) are taken as they are."""
    lines = source.splitlines()
    if lines and lines[0].lstrip().startswith("%%"):
        return []
    plain = ["pass" if line.lstrip()[:1] in ("%", "!", "?") else line for line in lines]
    indented = [line[: len(line) - len(line.lstrip())] + text.lstrip() for line, text in zip(lines, plain, strict=True)]
    try:
        ast.parse("\n".join(indented))
    except (SyntaxError, ValueError) as error:
        return [f"{error.msg} in line {error.lineno}" if isinstance(error, SyntaxError) else str(error)]
    return []


def _without_check(notebook: Notebook, names: set[str]) -> list[str]:
    solutions = [
        grade_id(cell)
        for cell in notebook.record["cells"]
        if cell.get("cell_type") == "code" and (cell.get("metadata") or {}).get("nbgrader", {}).get("solution")
    ]
    # The second cell of an exercise is called `id-part`; all of them have one check.
    exercises = dict.fromkeys(name.partition("-")[0] for name in solutions if name)
    return [exercise for exercise in exercises if f"check-{exercise}" not in names]


def is_unfinished(cell: dict[str, Any]) -> bool:
    """Tell whether the answer or the solution in this cell is still to be written."""
    source = _source(cell)
    if cell.get("cell_type") == "markdown":
        return TEXT_STUB in source or not source.strip()
    return all(line in source for line in STUB)


def grade_id(cell: Any) -> str:
    """Return the id that nbgrader knows a cell by; empty for a cell without one."""
    if not isinstance(cell, dict) or not isinstance(cell.get("metadata"), dict):
        return ""
    name = (cell["metadata"].get("nbgrader") or {}).get("grade_id", "")
    return name if isinstance(name, str) else ""


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)
