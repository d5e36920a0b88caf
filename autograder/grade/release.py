"""The released notebook: what a submission is measured against, and where every mark stands."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from autograder.build.master import EXPERIMENT_TAG
from autograder.grade.types import Cell, GradingError, Role

__all__ = ["Release", "load_release"]


@dataclass(frozen=True)
class Release:
    """A released notebook.

    Args:
        name: Name of the workbook, which is that of the assignment.
        cells: Its cells.
        digest: Names its content.
        notebook: The whole notebook as JSON text, for what is rebuilt from it.
    """

    name: str
    cells: tuple[Cell, ...]
    digest: str
    notebook: str

    @property
    def graded(self) -> tuple[Cell, ...]:
        """The cells that carry marks, in the order of the text."""
        return tuple(cell for cell in self.cells if cell.role in ("check", "manual"))

    @property
    def checked(self) -> tuple[str, ...]:
        """The exercises that are marked by a check, in the order of the text."""
        return tuple(cell.exercise for cell in self.cells if cell.role == "check")

    def cell(self, cell_id: str) -> Cell | None:
        """Return the cell with this id."""
        return next((cell for cell in self.cells if cell.id == cell_id), None)


@lru_cache(maxsize=16)
def load_release(name: str, content: bytes) -> Release:
    """Read a released notebook.

    Args:
        name: Name of the workbook.
        content: The bytes of the `.ipynb` file; trusted.

    Raises:
        GradingError: It is not a notebook of the build.
    """
    try:
        notebook = json.loads(content)
        cells = tuple(_cell(record) for record in notebook["cells"])
    except (ValueError, KeyError, TypeError) as error:
        raise GradingError(f"the released notebook of {name} is damaged; run `autograder build`") from error
    ids = [cell.id for cell in cells]
    if len(set(ids)) != len(ids):
        raise GradingError(f"the released notebook of {name} has a cell id twice; run `autograder build`")
    return Release(name, cells, hashlib.sha256(content).hexdigest(), content.decode("utf-8"))


def _cell(record: dict[str, Any]) -> Cell:
    metadata = record["metadata"]
    graded = metadata.get("nbgrader", {})
    source = record["source"]
    role = _role(record, graded)
    grade_id = str(graded.get("grade_id", ""))
    return Cell(
        id=record["id"],
        role=role,
        code=record["cell_type"] == "code",
        source=source if isinstance(source, str) else "".join(source),
        exercise=_exercise(role, grade_id),
        points=float(graded.get("points", 0.0)),
        grade_id=grade_id,
    )


def _exercise(role: Role, grade_id: str) -> str:
    if role == "solution":
        # The second cell of an exercise is called `id-2`; an id itself has no hyphen.
        return grade_id.partition("-")[0]
    return grade_id.removeprefix("check-").removeprefix("explain-")


def _role(record: dict[str, Any], graded: dict[str, Any]) -> Role:
    if graded.get("grade") and graded.get("solution"):
        return "manual"
    if graded.get("grade"):
        return "check"
    if graded.get("solution"):
        return "solution"
    if record["cell_type"] != "code":
        return "text"
    return "experiment" if EXPERIMENT_TAG in record["metadata"].get("tags", []) else "plain"
