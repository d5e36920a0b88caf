"""Which graded cells each workbook has, for the students' package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePosixPath

__all__ = ["FOLDER", "build_cell_lists"]

FOLDER = PurePosixPath("course_utils/cell_lists")


def build_cell_lists(notebooks: Mapping[PurePosixPath, bytes]) -> dict[PurePosixPath, bytes]:
    """Return a file for every workbook with the ids of its graded cells and their points (null: a solution cell).

    By these lists a student's notebook is told apart from others, and cells that are gone from it are noticed.

    Args:
        notebooks: The students' notebooks, by their paths.
    """
    files: dict[PurePosixPath, bytes] = {}
    for path, content in notebooks.items():
        graded = [cell["metadata"].get("nbgrader") for cell in json.loads(content)["cells"]]
        points = {known["grade_id"]: known.get("points") for known in graded if known}
        files[FOLDER / f"{path.stem}.json"] = (json.dumps(points, indent=1) + "\n").encode()
    return files
