"""How far a notebook is done: its exercises, the marks that their checks gave so far, and what is left."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from course_utils.handin.checked_source import definitions
from course_utils.handin.front_end import has_links_to_cells, show
from course_utils.handin.last_checks import Checked, last_checks
from course_utils.handin.left_to_do import CHECK, CODE, exercise_of, left_to_do
from course_utils.handin.marks_line import marks_in
from course_utils.handin.notebook import HandInError, Notebook, grade_id, source_of
from course_utils.handin.open_notebook import open_notebook
from course_utils.handin.workbooks import cells_of

__all__ = ["Row", "Standing", "progress", "show_standing", "standing"]

NOT_SAVED = "not saved"
CHANGED = "changed since its check: run the check again"


@dataclass
class Row:
    """One exercise.

    Args:
        exercise: Its id.
        auto: Marks that its check can give, in points.
        manual: Marks that are given by hand, in points.
        earned: Marks of the latest check; None if it has not been run.
        left: What is still to be done, in the order of the notebook.
        cell: Id of its first cell; empty where that is not known.
    """

    exercise: str
    auto: float = 0.0
    manual: float = 0.0
    earned: float | None = None
    left: list[str] = field(default_factory=list)
    cell: str = ""

    @property
    def marks(self) -> str:
        """How the marks stand, as in `"1.5 of 2"`; a dash where there is no check."""
        return f"{self.earned or 0:g} of {self.auto:g}" if self.auto else "–"

    @property
    def said(self) -> str:
        """What is left, in words."""
        return "; ".join(self.open) or ("done; words are marked by hand" if self.manual else "done")

    @property
    def open(self) -> list[str]:
        """What is left, one by one; nothing if the exercise is done."""
        if self.left or not self.auto:
            return self.left
        if self.earned is None:
            return ["run the check"]
        return ["read the check's message"] if self.earned < self.auto else []

    @property
    def lines(self) -> list[str]:
        """A line for everything that is left, marked as the messages of checks are."""
        return [self._line(text) for text in self.open]

    def _line(self, text: str) -> str:
        if text == NOT_SAVED:
            return f"[{NOT_SAVED}] {self.exercise}: press Ctrl+S (Cmd+S) and run this cell again"
        # A part in words comes with its title.
        return f"[to do] {text if text.startswith(f'{self.exercise}, ') else f'{self.exercise}: {text}'}"


@dataclass(frozen=True)
class Standing:
    """A notebook's exercises; as text, and as a table where a notebook shows it."""

    name: str
    rows: tuple[Row, ...]

    @property
    def earned(self) -> float:
        """Marks that the checks gave so far, in points."""
        return sum(row.earned or 0.0 for row in self.rows)

    @property
    def open(self) -> tuple[Row, ...]:
        """The exercises that are not done."""
        return tuple(row for row in self.rows if row.open)

    def __str__(self) -> str:
        wide = max([8, *(len(row.exercise) for row in self.rows)])
        lines = [f"{row.exercise:<{wide}}  {row.marks:>9}  {row.said}" for row in self.rows]
        return "\n".join([f"{'exercise':<{wide}}  {'points':>9}  what is left", *lines, self._sum()])

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col" style="text-align:left">{name}</th>' for name in HEAD)
        body = "".join(f"<tr>{''.join(f'<td {LEFT}>{text}</td>' for text in _cells(row))}</tr>" for row in self.rows)
        return f"<table><caption {LEFT}>{html.escape(self._sum())}</caption><tr>{head}</tr>{body}</table>"

    def _sum(self) -> str:
        auto, manual = sum(row.auto for row in self.rows), sum(row.manual for row in self.rows)
        words = f"; {manual:g} more are given by hand" if manual else ""
        return f"{self.name}: {self.earned:g} of {auto:g} points from the checks so far{words}."


HEAD = ("exercise", "points", "what is left")
LEFT = 'style="text-align:left"'


def _cells(row: Row) -> tuple[str, str, str]:
    """Return a row of the table as HTML; the exercise leads to its cell."""
    name = html.escape(row.exercise)
    if row.cell and has_links_to_cells():
        name = f'<a href="#cell-id={html.escape(row.cell)}">{name}</a>'
    return name, html.escape(row.marks), html.escape(row.said)


def progress(name: str = "") -> None:
    """Show how far a notebook is done: a table in a notebook, text elsewhere.

    The marks are those of the latest check in this session, and otherwise the ones in the saved notebook. Grading runs
    the same checks on other inputs.

    Args:
        name: Workbook, as in `"02_optimizers"`, or a path; the notebook that is open if empty.
    """
    try:
        show_standing(open_notebook(name))
    except HandInError as error:
        print(f"[error] {error}.")


def show_standing(notebook: Notebook) -> None:
    """Show how far a notebook is done: a table in a notebook, text elsewhere; then what is not saved yet."""
    found = standing(notebook, last_checks())
    show(str(found), found._repr_html_())
    for row in found.rows:
        if NOT_SAVED in row.left:
            print(row.lines[0])


def standing(notebook: Notebook, checks: Mapping[str, Checked]) -> Standing:
    """Return how far a notebook is done.

    Args:
        notebook: The notebook.
        checks: The checks of this session, by exercise.
    """
    rows: dict[str, Row] = {}
    for name, points in cells_of(notebook.name).items():
        _add(rows, name, points)
    for cell in notebook.record["cells"]:
        if name := grade_id(cell):
            _add(rows, name, cell["metadata"]["nbgrader"].get("points"))
            rows[exercise_of(name)].cell = rows[exercise_of(name)].cell or str(cell.get("id", ""))
            if name.startswith(CHECK):
                rows[exercise_of(name)].earned = _shown(cell, exercise_of(name))
    for exercise, text in left_to_do(notebook):
        if text not in rows[exercise].left:
            rows[exercise].left.append(text)
    for exercise, checked in checks.items():
        if exercise in rows:
            _compare(rows[exercise], checked, notebook)
    return Standing(notebook.name, tuple(rows.values()))


def _add(rows: dict[str, Row], name: str, points: float | None) -> None:
    """Add a graded cell to its exercise."""
    row = rows.setdefault(exercise_of(name), Row(exercise_of(name)))
    if name.startswith(CHECK):
        row.auto = float(points or 0.0)
    elif points is not None:
        row.manual = float(points)


def _compare(row: Row, checked: Checked, notebook: Notebook) -> None:
    """Take over what a check of this session gave, and say so where the notebook does not hold what it saw."""
    row.earned = checked.marks
    code = [definitions(source_of(cell)) for cell in notebook.record["cells"] if cell.get("cell_type") == "code"]
    seen = [definitions(source) for source in checked.sources]
    if not any(text and text not in code for text in seen):
        return
    if notebook.saved_at < checked.at:
        row.left = [NOT_SAVED, *(text for text in row.left if text != CODE)]
    elif CODE not in row.left:
        row.left.append(CHANGED)


def _shown(cell: dict[str, Any], exercise: str) -> float | None:
    """Return the marks that the saved output of a check cell states; None if there are none."""
    shown = [output.get("text") or (output.get("data") or {}).get("text/plain") for output in cell.get("outputs") or []]
    return marks_in("\n".join("".join(text or "") for text in shown), exercise)
