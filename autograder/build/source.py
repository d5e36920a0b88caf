"""Master -> nbgrader's source notebook: with solutions, and with the metadata that says what each cell is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.build.headings import with_marks
from autograder.build.hints import folded
from autograder.build.ids import cell_ids, grade_id
from autograder.build.master import EXPERIMENT_TAG, Kind, Master, MasterCell
from autograder.course import Points

__all__ = ["METADATA", "make_source"]

SCHEMA_VERSION = 3
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
FLAGS: dict[Kind, dict[str, bool]] = {
    "exercise": {"solution": True, "grade": False, "locked": False, "task": False},
    "check": {"solution": False, "grade": True, "locked": True, "task": False},
    "question": {"solution": True, "grade": True, "locked": False, "task": False},
}


def make_source(
    master: Master,
    points: dict[str, Points],
    before: Sequence[NotebookNode] = (),
    after: Sequence[NotebookNode] = (),
) -> NotebookNode:
    """Return the notebook with solutions.

    Args:
        master: A master that has no faults.
        points: The marks of its exercises, by id.
        before: Cells that every notebook begins with.
        after: Cells that it ends with.
    """
    ids = cell_ids(master.cells, points)
    cells = [_cell(cell, name, points) for cell, name in zip(master.cells, ids, strict=True)]
    made = [*before, *cells, *after]
    notebook: NotebookNode = new_notebook(cells=made, metadata=from_dict(METADATA), nbformat_minor=5)
    return notebook


def _cell(cell: MasterCell, name: str, points: dict[str, Points]) -> NotebookNode:
    fields = {"id": name, "metadata": _metadata(cell, points.get(cell.name))}
    made: NotebookNode = (
        new_code_cell(cell.source, **fields)
        if cell.is_code
        else new_markdown_cell(folded(cell) if cell.kind == "hint" else with_marks(cell.source, points), **fields)
    )
    return made


def _metadata(cell: MasterCell, points: Points | None) -> dict[str, Any]:
    if cell.kind == "experiment":
        return {"tags": [EXPERIMENT_TAG]}
    if points is None or cell.kind not in FLAGS:
        return {}
    record: dict[str, Any] = {
        **FLAGS[cell.kind],
        "grade_id": grade_id(cell, points),
        "schema_version": SCHEMA_VERSION,
        "cell_type": "code" if cell.is_code else "markdown",
    }
    if record["grade"]:
        marks = points.auto if cell.kind == "check" else points.manual
        record["points"] = int(marks) if marks.is_integer() else marks
    return {"nbgrader": record}
