"""How far a notebook is done: its exercises, the marks that their checks gave so far, and what is left."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from course_utils.handin import HandInError, Notebook, grade_id, is_unfinished
from course_utils.open_notebook import open_notebook
from course_utils.session import last_marks

__all__ = ["Row", "Standing", "progress", "standing"]

BY_HAND = "explain-"


@dataclass
class Row:
    """One exercise.

    Args:
        exercise: Its id.
        auto: Marks that its check can give, in points.
        manual: Marks that are given by hand, in points.
        earned: Marks of the latest check; None if it has not been run.
        left: What is still to be done, in the order of the notebook.
    """

    exercise: str
    auto: float = 0.0
    manual: float = 0.0
    earned: float | None = None
    left: list[str] = field(default_factory=list)

    @property
    def marks(self) -> str:
        """How the marks stand, as in `"1.5 of 2"`; a dash where there is no check."""
        return f"{self.earned or 0:g} of {self.auto:g}" if self.auto else "–"

    @property
    def said(self) -> str:
        """What is left, in words."""
        left = self.left or (["run the check"] if self.auto and self.earned is None else [])
        if not left and self.auto and (self.earned or 0) < self.auto:
            left = ["read the check's message"]
        return "; ".join(left) or ("done; words are marked by hand" if self.manual else "done")


@dataclass(frozen=True)
class Standing:
    """A notebook's exercises; as text, and as a table where a notebook shows it."""

    name: str
    rows: tuple[Row, ...]

    @property
    def earned(self) -> float:
        """Marks that the checks gave so far, in points."""
        return sum(row.earned or 0.0 for row in self.rows)

    def __str__(self) -> str:
        wide = max([8, *(len(row.exercise) for row in self.rows)])
        lines = [f"{row.exercise:<{wide}}  {row.marks:>9}  {row.said}" for row in self.rows]
        return "\n".join([f"{'exercise':<{wide}}  {'points':>9}  what is left", *lines, self._sum()])

    def _repr_html_(self) -> str:
        cells = [(row.exercise, row.marks, row.said) for row in self.rows]
        head = "".join(f'<th scope="col" style="text-align:left">{name}</th>' for name in HEAD)
        body = "".join(f"<tr>{''.join(f'<td {LEFT}>{html.escape(text)}</td>' for text in row)}</tr>" for row in cells)
        return f"<table><caption {LEFT}>{html.escape(self._sum())}</caption><tr>{head}</tr>{body}</table>"

    def _sum(self) -> str:
        auto, manual = sum(row.auto for row in self.rows), sum(row.manual for row in self.rows)
        words = f"; {manual:g} more are given by hand" if manual else ""
        return f"{self.name}: {self.earned:g} of {auto:g} points from the checks so far{words}."


HEAD = ("exercise", "points", "what is left")
LEFT = 'style="text-align:left"'


def progress(name: str = "") -> None:
    """Show how far a notebook is done: a table in a notebook, text elsewhere.

    The marks are those of the latest check in this session, and otherwise the ones in the saved notebook. Grading runs
    the same checks on other inputs.

    Args:
        name: Workbook, as in `"02_optimizers"`, or a path; the notebook that is open if empty.
    """
    try:
        found = standing(open_notebook(name), last_marks())
    except HandInError as error:
        print(f"[error] {error}.")
        return
    if _in_notebook():
        from IPython.display import display

        display({"text/plain": str(found), "text/html": found._repr_html_()}, raw=True)
    else:
        print(found)


def standing(notebook: Notebook, marks: Mapping[str, float]) -> Standing:
    """Return how far a notebook is done.

    Args:
        notebook: The notebook.
        marks: Marks of checks that were run since it was saved, by exercise, in points.
    """
    rows: dict[str, Row] = {}
    for cell in notebook.record["cells"]:
        if name := grade_id(cell):
            exercise = name.removeprefix("check-").removeprefix(BY_HAND).partition("-")[0]
            _add(rows.setdefault(exercise, Row(exercise)), name, cell)
    for exercise, earned in marks.items():
        if exercise in rows:
            rows[exercise].earned = earned
    return Standing(notebook.name, tuple(rows.values()))


def _add(row: Row, name: str, cell: dict[str, Any]) -> None:
    points = float(cell["metadata"]["nbgrader"].get("points") or 0.0)
    if name.startswith("check-"):
        row.auto, row.earned = points, _shown(cell)
        return
    if cell.get("cell_type") == "markdown":
        row.manual = points
    todo = "write the answer" if cell.get("cell_type") == "markdown" else "write the code"
    if is_unfinished(cell) and todo not in row.left:
        row.left.append(todo)


def _shown(cell: dict[str, Any]) -> float | None:
    """Return the marks that stand in the output of a check cell; None if there are none."""
    for output in reversed(cell.get("outputs") or []):
        text = (output.get("data") or {}).get("text/plain", "")
        try:
            return float("".join(text))
        except ValueError:
            continue
    return None


def _in_notebook() -> bool:
    """Tell whether this runs in a kernel, whose front end can show a table."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return hasattr(get_ipython(), "kernel")
