"""Untrusted bytes to plain cells. A bad file is a reason in words, never another exception."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autograder.build.master import EXPERIMENT_TAG
from autograder.grade.embedded import embedded_pictures
from autograder.grade.not_a_notebook import text_of_notebook, what_it_is
from autograder.grade.old_format import cells_of_format_3
from autograder.grade.pictures import TYPES
from autograder.grade.types import Picture
from autograder.grade.visible import visible

__all__ = ["FileCell", "Unreadable", "read_notebook", "tidy"]

MAX_CELLS = 5_000
MAX_PICTURES = 20  # in one cell
CELL_TYPES = ("code", "markdown", "raw")


class Unreadable(Exception):
    """There is nothing to grade; the message says why, for the report.

    Args:
        message: What was found.
        verdict: The verdict of all exercises.
    """

    def __init__(self, message: str, verdict: str = "error") -> None:
        super().__init__(message)
        self.verdict = verdict


@dataclass(frozen=True)
class FileCell:
    """A cell as it stands in a submitted file; everything in it is untrusted.

    Args:
        number: Its place in the file, counted from 1.
        id: Its id; empty if it has none.
        type: "code", "markdown" or "raw".
        source: Its source.
        grade_id: The name that nbgrader's metadata give it; empty if none.
        experiment: Whether it is tagged as a run, which grading skips.
        pictures: The PNG and JPEG pictures that were pasted into it.
    """

    number: int
    id: str
    type: str
    source: str
    grade_id: str = ""
    experiment: bool = False
    pictures: tuple[Picture, ...] = ()


def read_notebook(content: bytes, max_bytes: int) -> tuple[tuple[FileCell, ...], tuple[str, ...]]:
    """Read the cells of a notebook; outputs and other metadata are never looked at.

    Args:
        content: The bytes of the file.
        max_bytes: How large it may be.

    Returns:
        The cells, and a line for everything that had to be left out.

    Raises:
        Unreadable: It is not a notebook of format 3 or 4, or too large.
    """
    if len(content) > max_bytes:
        raise Unreadable(f"The file has {len(content):,} bytes; at most {max_bytes:,} are read.")
    notebook = _parse(content)
    cells: list[FileCell] = []
    notes: list[str] = []
    records = _cells(notebook)
    for number, record in enumerate(records, start=1):
        cell = _cell(number, record)
        if cell is None:
            notes.append(f"Cell {number} of the file is damaged and was left out.")
        else:
            cells.append(cell)
    if count := sum(map(_has_no_line_ends, map(_source_of, records))):
        notes.append(f"The lines of {count} cells had lost their ends, as some converters leave them; they are back.")
    return tuple(cells), tuple(notes)


def tidy(text: str, limit: int | None = None) -> str:
    """Return `text` without lone surrogates and control characters, and with nothing else that is hidden.

    Args:
        text: The text; untrusted.
        limit: It is cut to so many characters.
    """
    clean = text.encode("utf-8", "replace").decode("utf-8")
    clean = "".join(c for c in clean if c in "\n\t" or (c >= " " and c != "\x7f" and not "\x80" <= c <= "\x9f"))
    clean = visible(clean if limit is None else clean[: limit + 1])
    return clean if limit is None or len(clean) <= limit else clean[: limit - 1] + "…"


def _parse(content: bytes) -> dict[str, Any]:
    if not content.strip():
        raise Unreadable("The file is empty.")
    try:
        notebook = json.loads(text_of_notebook(content))
    except RecursionError as error:
        raise Unreadable("The file is not a notebook: its JSON is nested too deeply.") from error
    except ValueError as error:
        if what := what_it_is(content):
            raise Unreadable(f"The file is not a notebook, but {what}. (It is not JSON.)") from error
        not_text = isinstance(error, UnicodeDecodeError)
        reason = "it is not UTF-8 text" if not_text else f"it is not JSON ({tidy(str(error), 120)})"
        raise Unreadable(f"The file is not a notebook: {reason}.") from error
    if not isinstance(notebook, dict):
        raise Unreadable("The file is JSON, but not a notebook.")
    return notebook


def _cells(notebook: dict[str, Any]) -> list[Any]:
    version = notebook.get("nbformat")
    if isinstance(version, int) and version not in (3, 4):
        raise Unreadable(f"The notebook has format {tidy(str(version), 20)}; open it in JupyterLab and save it again.")
    cells = cells_of_format_3(notebook) if version == 3 else notebook.get("cells")
    if not isinstance(cells, list):
        raise Unreadable("The file is JSON, but not a notebook: it has no list of cells.")
    if len(cells) > MAX_CELLS:
        raise Unreadable(f"The notebook has {len(cells):,} cells; at most {MAX_CELLS:,} are read.")
    return cells


def _cell(number: int, record: Any) -> FileCell | None:
    if not isinstance(record, dict) or record.get("cell_type") not in CELL_TYPES:
        return None
    source = _source_of(record)
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = ("\n" if _has_no_line_ends(source) else "").join(source)
    if not isinstance(source, str):
        return None
    metadata = _mapping(record.get("metadata"))
    pictures = tuple(_pictures(_mapping(record.get("attachments"))))
    if record["cell_type"] != "code":
        source, embedded = embedded_pictures(source, MAX_PICTURES)
        pictures += embedded
    return FileCell(
        number=number,
        id=_text(record.get("id")),
        type=record["cell_type"],
        source=source.encode("utf-8", "replace").decode("utf-8"),
        grade_id=_text(_mapping(metadata.get("nbgrader")).get("grade_id")),
        experiment=_tagged(metadata.get("tags")),
        pictures=pictures,
    )


def _source_of(record: Any) -> Any:
    return record.get("source") if isinstance(record, dict) else None


def _has_no_line_ends(source: Any) -> bool:
    """Say whether a source has several lines, of which not one has an end."""
    lines = source if isinstance(source, list) else []
    return len(lines) > 1 and all(isinstance(line, str) and "\n" not in line for line in lines)


def _pictures(attachments: dict[str, Any]) -> Iterator[Picture]:
    """Yield the pictures of a cell; whether they are what they are called is looked at before they are shown."""
    for name, kinds in list(attachments.items())[:MAX_PICTURES]:
        found = {mime: data for mime, data in _mapping(kinds).items() if mime in TYPES}
        for mime, data in list(found.items())[:1]:
            text = "".join(data) if isinstance(data, list) and all(isinstance(one, str) for one in data) else data
            if isinstance(text, str) and tidy(name, 200) == name:
                yield Picture(name, mime, text)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _tagged(tags: Any) -> bool:
    return isinstance(tags, list) and EXPERIMENT_TAG in tags


def _text(value: Any) -> str:
    return tidy(value, 100) if isinstance(value, str) else ""
