"""The graded notebook: the rebuilt one with what its cells showed, made inert, and the marks in its check cells."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from autograder.grade.outputs import inert_outputs, inert_pictures, pixels_of_a_notebook
from autograder.grade.release import Release
from autograder.grade.types import Cell, ExerciseGrade
from autograder.grade.visible import visible
from autograder.report.words import text_of
from autograder.sandbox.types import CellResult

__all__ = ["ADDED_KEY", "executed_notebook", "marked_again"]

# In the metadata of cells that the student added, by which the feedback knows them.
ADDED_KEY = "autograder_added"
# In characters: of any cell, and of all that were added together; pages are made of them, in up to six times as many.
MAX_SOURCE, MAX_ADDED = 20_000, 200_000
CUT = "\n… (the rest is in the file that was handed in)"


def executed_notebook(
    release: Release, cells: Sequence[Cell], results: Sequence[CellResult], exercises: Iterable[ExerciseGrade]
) -> bytes:
    """Return the graded notebook as bytes, with nbgrader's metadata as released.

    A check cell prints the reasons and ends with its marks, as nbgrader expects of a cell with partial credit. What a
    student wrote beyond any length that makes sense is cut, and what is hidden is written out: this is for people to
    read.

    Args:
        release: The released notebook.
        cells: The rebuilt one's cells.
        results: What became of those that ran.
        exercises: The grades.
    """
    notebook = json.loads(release.notebook)
    given = {record["id"]: record for record in notebook["cells"]}
    pasted = pixels_of_a_notebook()
    pictures = {cell.id: inert_pictures(cell.pictures, pasted) for cell in cells if cell.pictures}
    budget = pixels_of_a_notebook()
    shown = {cell.id: inert_outputs(cell.outputs, budget) for cell in results}
    by_cell = {one.grade_id: one for one in exercises}
    notebook["cells"] = [
        _record(
            cell,
            source,
            given.get(cell.id),
            shown.get(cell.id, []),
            pictures.get(cell.id, {}),
            by_cell.get(cell.grade_id),
        )
        for cell, source in _sources(release, cells)
    ]
    return _as_bytes(notebook)


def _sources(release: Release, cells: Iterable[Cell]) -> Iterator[tuple[Cell, str]]:
    """Yield the cells with what is shown of them; added ones cannot use up the room of those that are marked."""
    left = MAX_ADDED
    for cell in cells:
        length = MAX_SOURCE
        if release.cell(cell.id) is None:
            length = min(MAX_SOURCE, left)
            left -= min(length, len(cell.source))
        yield cell, cell.source if len(cell.source) <= length else cell.source[:length] + CUT


def marked_again(graded: bytes, one: ExerciseGrade) -> bytes:
    """Return a graded notebook with another grade of one exercise.

    Args:
        graded: What `executed_notebook` returned.
        one: The new grade of the exercise.
    """
    notebook = json.loads(graded)
    for record in notebook["cells"]:
        if record["metadata"].get("nbgrader", {}).get("grade_id") == one.grade_id:
            record["outputs"] = _marked(one)
    return _as_bytes(notebook)


def _as_bytes(notebook: dict[str, Any]) -> bytes:
    return (visible(json.dumps(notebook, ensure_ascii=False)) + "\n").encode("utf-8", "replace")


def _record(
    cell: Cell,
    source: str,
    given: dict[str, Any] | None,
    outputs: list[dict[str, Any]],
    pictures: dict[str, dict[str, str]],
    grade: ExerciseGrade | None,
) -> dict[str, Any]:
    metadata = given["metadata"] if given else {ADDED_KEY: True}
    record: dict[str, Any] = {
        "cell_type": "code" if cell.code else "markdown",
        "id": cell.id,
        "metadata": metadata,
        "source": source,
    }
    if pictures and not cell.code:
        record["attachments"] = pictures
    if cell.code:
        marked = _marked(grade) if cell.role == "check" and grade is not None else outputs
        record |= {"execution_count": None, "outputs": marked}
    return record


def _marked(grade: ExerciseGrade) -> list[dict[str, Any]]:
    value = {"text/plain": f"{grade.score or 0.0:g}"}
    return [
        {"output_type": "stream", "name": "stdout", "text": text_of(grade)},
        {"output_type": "execute_result", "execution_count": None, "data": value, "metadata": {}},
    ]
