"""The feedback of one student: marks and reasons, rubric and comments, the own work and what it showed, all inert."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.grade.executed import ADDED_KEY
from autograder.grade.folder import feedback_path, notebook_path
from autograder.report.pages import page
from autograder.report.sheet import Sheet

__all__ = ["feedback_page", "feedback_pages"]

IMAGES = ("image/png", "image/jpeg")


def feedback_pages(folder: Path, sheets: Iterable[Sheet]) -> Iterator[tuple[str, bytes]]:
    """Yield the pages of a class, with their places in its folder.

    Args:
        folder: The output folder of a grading run, with the graded notebooks.
        sheets: The marks.
    """
    for sheet in sheets:
        yield feedback_path(sheet.grade), feedback_page(sheet, (folder / notebook_path(sheet.grade)).read_bytes())


def feedback_page(sheet: Sheet, notebook: bytes) -> bytes:
    """Return the page.

    Args:
        sheet: The marks.
        notebook: The graded notebook, whose outputs are inert.
    """
    grade = sheet.grade
    cells: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in json.loads(notebook)["cells"] if not grade.problem else []:
        graded = record["metadata"].get("nbgrader", {})
        if graded.get("solution"):
            name = graded["grade_id"] if graded.get("grade") else graded["grade_id"].partition("-")[0]
            cells[name].append(_cell(record))
        elif ADDED_KEY in record["metadata"]:
            cells[""].append(_cell(record))
    return page(
        "feedback",
        sheet=sheet,
        grade=grade,
        title=sheet.title,
        name=str(sheet.name),
        marks=sheet.marks,
        most=sheet.most,
        cells=dict(cells),
    )


def _cell(record: Mapping[str, Any]) -> dict[str, Any]:
    outputs = [_output(one) for one in record.get("outputs", [])]
    words = record["cell_type"] == "markdown"
    return {"source": record["source"], "words": words, "pictures": record.get("attachments", {}), "outputs": outputs}


def _output(output: Mapping[str, Any]) -> dict[str, Any]:
    kind = output["output_type"]
    data = output.get("data", {})
    if kind == "error":
        trace = "\n".join(output["traceback"])
        text = trace or f"{output['ename']}: {output['evalue']}"
    else:
        text = output.get("text", data.get("text/plain", ""))
    return {"text": text, "error": kind == "error", **_bitmap(data)}


def _bitmap(data: Mapping[str, Any]) -> dict[str, str]:
    mime = next((mime for mime in IMAGES if mime in data), "")
    return {"mime": mime, "image": data.get(mime, "") if mime else ""}
