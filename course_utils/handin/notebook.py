"""A student's notebook: where it is, which workbook it is, and the file to hand in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_utils.handin.answer_frame import TEXT_STUB, answer_in
from course_utils.handin.workbooks import nearest, workbook_of, workbooks

__all__ = [
    "HandInError",
    "Notebook",
    "find_notebook",
    "grade_id",
    "hand_in_bytes",
    "is_unfinished",
    "lost_pictures",
    "notebook_of",
    "pictures_of",
    "read",
    "source_of",
]

STUB = ("# TODO", "raise NotImplementedError")
HANDED_IN = "-handin"
CHECK = re.compile(r"""^\s*check\(\s*["'](\w+)["']""", re.MULTILINE)
PICTURES = ("image/png", "image/jpeg")
MAX_PICTURES = 8_000_000  # characters of all pictures together


class HandInError(Exception):
    """There is nothing to hand in; the message says what was found and what to do."""


@dataclass(frozen=True)
class Notebook:
    """A notebook as it stands on the disk.

    Args:
        name: Workbook, as in `"02_optimizers"`, whatever the file is called.
        path: Its file.
        record: Its JSON.
        saved_at: When it was saved, in seconds since the epoch.
        named: Whether its cells have the names by which grading knows them; without, it knows them by what they hold.
    """

    name: str
    path: Path
    record: dict[str, Any]
    saved_at: float
    named: bool = True


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
    if found := next(_places(name, here), None) or _renamed(name, here):
        return found
    said = f"no notebook {name}.ipynb in {here} or above it"
    near = nearest(name)
    if not near or near == name:
        raise HandInError(f"{said}; go to its folder, or give its path")
    place = next(_places(near, here), None)
    raise HandInError(f"{said}; did you mean {near}?" + (f" It is {place}" if place else ""))


def _places(name: str, here: Path) -> Iterator[Path]:
    """Yield the files of this name where the course has its notebooks, in a folder and those above it."""
    for folder in (here, *here.parents):
        for place in (f"{name}.ipynb", f"{name}/{name}.ipynb", f"notebooks/{name}/{name}.ipynb"):
            if (folder / place).is_file():
                yield folder / place


def _renamed(name: str, here: Path) -> Path | None:
    """Return the one file in a folder that holds a workbook under another name; None if there is none.

    Raises:
        HandInError: There are several.
    """
    found = []
    for path in sorted(here.glob("*.ipynb")) if name in workbooks() else ():
        try:
            if not path.stem.endswith(HANDED_IN) and read(path).name == name:
                found.append(path)
        except HandInError:
            continue
    if len(found) > 1:
        listed = ", ".join(path.name for path in found)
        raise HandInError(
            f"no notebook {name}.ipynb in {here}, but several that hold this workbook: {listed}; name one"
        )
    return found[0] if found else None


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
    ids = {name for cell in cells if (name := grade_id(cell))} if isinstance(cells, list) else set()
    file_name = path.stem.removesuffix(HANDED_IN)
    if not ids and workbooks().get(file_name) == {}:
        raise HandInError(f"{file_name} has no exercises: there is nothing to hand in")
    checked = {f"check-{name}" for cell in cells or () for name in _checked(cell)} if not ids else set()
    if not ids and not workbook_of(checked):
        raise HandInError(f"{path} is not a notebook of this course: no cell in it is an exercise")
    return Notebook(workbook_of(ids or checked) or file_name, path, record, saved_at, named=bool(ids))


def _checked(cell: Any) -> Iterator[str]:
    """Yield the exercises that a cell checks: what tells a workbook by whose cells lost their names."""
    if isinstance(cell, dict) and cell.get("cell_type") == "code":
        yield from CHECK.findall(source_of(cell))


def hand_in_bytes(notebook: Notebook) -> bytes:
    """Return the file to hand in: the notebook without outputs, which nobody grades and which make files large.

    Pictures that were pasted into texts stay, PNG and JPEG, the first ones up to a size.
    """
    left = MAX_PICTURES
    cells = []
    for cell in notebook.record["cells"]:
        kept = dict(cell)
        if kept.get("cell_type") == "code":
            kept |= {"outputs": [], "execution_count": None}
        pictures = pictures_of(kept)
        kept.pop("attachments", None)
        left -= sum(map(_size, pictures.values()))
        if pictures and left >= 0:
            kept["attachments"] = pictures
        cells.append(kept)
    return (json.dumps({**notebook.record, "cells": cells}, indent=1, ensure_ascii=False) + "\n").encode()


def pictures_of(cell: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the PNG and JPEG pictures that were pasted into a cell, as nbformat keeps them."""
    attachments = cell.get("attachments")
    found: dict[str, dict[str, Any]] = {}
    for name, kinds in attachments.items() if isinstance(attachments, dict) else ():
        for mime in PICTURES:
            if isinstance(kinds, dict) and mime in kinds:
                found[name] = {mime: kinds[mime]}
                break
    return found


def lost_pictures(notebook: Notebook) -> int:
    """Return how many cells have pictures that the file to hand in has no room for."""
    kept = json.loads(hand_in_bytes(notebook))["cells"]
    return sum(
        bool(cell.get("attachments")) and "attachments" not in made
        for cell, made in zip(notebook.record["cells"], kept, strict=True)
    )


def _size(picture: dict[str, Any]) -> int:
    return sum(len("".join(data)) for data in picture.values())


def is_unfinished(cell: dict[str, Any]) -> bool:
    """Tell whether the answer or the solution in this cell is still to be written."""
    source = source_of(cell)
    if cell.get("cell_type") == "markdown":
        return TEXT_STUB in source or not answer_in(source)
    return all(line in source for line in STUB)


def grade_id(cell: Any) -> str:
    """Return the id that nbgrader knows a cell by; empty for a cell without one."""
    if not isinstance(cell, dict) or not isinstance(cell.get("metadata"), dict):
        return ""
    name = (cell["metadata"].get("nbgrader") or {}).get("grade_id", "")
    return name if isinstance(name, str) else ""


def source_of(cell: dict[str, Any]) -> str:
    """Return the text of a cell, which a file may hold in lines."""
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)
