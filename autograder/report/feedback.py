"""The feedback of one student: reasons and one number of each side, the own code and what it showed, all inert."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from autograder.grade.executed import ADDED_KEY
from autograder.grade.late import Late
from autograder.grade.types import SubmissionGrade
from autograder.report.pages import page

__all__ = ["feedback_page"]

IMAGES = ("image/png", "image/jpeg")


def feedback_page(
    grade: SubmissionGrade,
    title: str,
    notebook: bytes,
    *,
    comments: Mapping[str, str] | None = None,
    late: Late | None = None,
) -> bytes:
    """Return the page.

    Args:
        grade: The grades.
        title: Title of the workbook.
        notebook: The graded notebook, whose outputs are inert.
        comments: Comments of a person, by name of the gradebook's cell.
        late: How late it came; None if in time.
    """
    cells: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in json.loads(notebook)["cells"] if not grade.problem else []:
        graded = record["metadata"].get("nbgrader", {})
        if graded.get("solution"):
            name = graded["grade_id"] if graded.get("grade") else graded["grade_id"].partition("-")[0]
            cells[name].append(_cell(record))
        elif ADDED_KEY in record["metadata"]:
            cells[""].append(_cell(record))
    return page("feedback", grade=grade, title=title, cells=dict(cells), comments=dict(comments or {}), late=late)


def _cell(record: Mapping[str, Any]) -> dict[str, Any]:
    pasted = [{"text": name, "error": False, **_bitmap(data)} for name, data in record.get("attachments", {}).items()]
    return {"source": record["source"], "outputs": pasted + [_output(one) for one in record.get("outputs", [])]}


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
