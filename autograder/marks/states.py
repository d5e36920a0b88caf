"""What the gradebook says of every answer to a question, and writing it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from autograder.marks.tables import GRADES, has_tables

__all__ = ["AnswerState", "cells_of", "most_of", "put_state", "read_states"]

STATES = f"""
SELECT submitted_assignment.student_id AS student, grade.id AS grade, grade.auto_score, grade.manual_score,
    grade.needs_manual_grade, comment.manual_comment
FROM {GRADES}
WHERE assignment.name = ? AND base_cell.name = ? AND base_cell.type = 'GradeCell'
ORDER BY student
"""
MARKS = "SELECT student, points, items, answer, marker, at FROM marking_mark WHERE assignment = ? AND question = ?"
MOST = """
SELECT grade_cells.max_score FROM grade_cells
JOIN base_cell ON base_cell.id = grade_cells.id
JOIN notebook ON notebook.id = base_cell.notebook_id
JOIN assignment ON assignment.id = notebook.assignment_id
WHERE assignment.name = ? AND base_cell.name = ?
"""
CELLS = """
SELECT assignment.name AS assignment, base_cell.name AS cell FROM base_cell
JOIN notebook ON notebook.id = base_cell.notebook_id
JOIN assignment ON assignment.id = notebook.assignment_id
WHERE base_cell.type = 'GradeCell' ORDER BY assignment.name, base_cell.rowid
"""
WORDS_CELL = """
SELECT words.id AS cell, grade.notebook_id AS notebook FROM grade
JOIN base_cell ON base_cell.id = grade.cell_id
JOIN base_cell AS words ON words.name = base_cell.name AND words.notebook_id = base_cell.notebook_id
    AND words.type = 'SolutionCell'
WHERE grade.id = ?
"""


@dataclass(frozen=True)
class AnswerState:
    """The mark of one answer.

    Args:
        manual: The mark by hand; None if there is none.
        auto: What grading gave: 0 where nothing was written, None where it waits; for a check, its mark.
        again: Whether the answer asks to be looked at: nobody has, or it was graded again afterwards.
        items: The chosen items of the rubric, by id; empty where the mark is a number.
        comment: The comment of a person.
        answer: Names the text that was marked; empty if the mark is formgrader's.
        marker: Who gave the mark last; empty if nobody did here.
        at: When.
    """

    manual: float | None
    auto: float | None
    again: bool
    items: tuple[int, ...] = ()
    comment: str = ""
    answer: str = ""
    marker: str = ""
    at: str = ""

    @property
    def points(self) -> float | None:
        """The mark that counts; None while nobody has given one."""
        return self.auto if self.manual is None else self.manual

    @property
    def tag(self) -> str:
        """A short name of this state: another one is another state."""
        return hashlib.sha256(json.dumps(self.to_record()).encode()).hexdigest()[:16]

    def to_record(self) -> dict[str, Any]:
        """Return it as a dictionary for JSON."""
        return {**asdict(self), "items": list(self.items)}

    @staticmethod
    def from_record(record: Mapping[str, Any]) -> AnswerState:
        """Read what `to_record` made."""
        return AnswerState(**{**record, "items": tuple(record["items"])})


def read_states(database: sqlite3.Connection, assignment: str, question: str) -> dict[str, AnswerState]:
    """Return the marks of all answers to a question, by student.

    Args:
        database: The gradebook.
        assignment: The assignment.
        question: Name of the gradebook's cell.
    """
    place = (assignment, question)
    known = {row["student"]: row for row in database.execute(MARKS, place)} if has_tables(database) else {}
    return {row["student"]: _state(row, known.get(row["student"])) for row in database.execute(STATES, place)}


def _state(row: sqlite3.Row, mark: sqlite3.Row | None) -> AnswerState:
    manual, comment = row["manual_score"], row["manual_comment"] or ""
    plain = AnswerState(manual, row["auto_score"], bool(row["needs_manual_grade"]), comment=comment)
    if mark is None or manual is None or mark["points"] != manual:
        return plain
    items = tuple(json.loads(mark["items"]))
    return AnswerState(
        manual, plain.auto, plain.again, items, comment, mark["answer"], marker=mark["marker"], at=mark["at"]
    )


def most_of(database: sqlite3.Connection, assignment: str, question: str) -> float | None:
    """Return the marks that an answer can have; None if the gradebook has no such cell."""
    row = database.execute(MOST, (assignment, question)).fetchone()
    return None if row is None else float(row[0])


def cells_of(database: sqlite3.Connection) -> tuple[list[str], list[str]]:
    """Return all cells with marks as `assignment/cell`, in the order of the text, and all students."""
    cells = [f"{row['assignment']}/{row['cell']}" for row in database.execute(CELLS)]
    return cells, [row["id"] for row in database.execute("SELECT id FROM student ORDER BY id")]


def put_state(database: sqlite3.Connection, assignment: str, question: str, student: str, state: AnswerState) -> None:
    """Write a mark: into nbgrader's own tables, and who gave it for what beside them.

    Args:
        database: The gradebook, in a transaction.
        assignment: The assignment.
        question: Name of the gradebook's cell.
        student: The student, who is in the gradebook.
        state: The mark.
    """
    rows = database.execute(STATES, (assignment, question))
    (grade,) = (row["grade"] for row in rows if row["student"] == student)
    database.execute(
        "UPDATE grade SET manual_score = ?, needs_manual_grade = ? WHERE id = ?", (state.manual, state.again, grade)
    )
    words = database.execute(WORDS_CELL, (grade,)).fetchone()
    if words is not None:
        _put_comment(database, words, state.comment or None)
    place = (assignment, question, student)
    if not state.marker:
        database.execute("DELETE FROM marking_mark WHERE assignment = ? AND question = ? AND student = ?", place)
        return
    values = (*place, state.manual, json.dumps(list(state.items)), state.answer, state.marker, state.at)
    database.execute("INSERT OR REPLACE INTO marking_mark VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)


def _put_comment(database: sqlite3.Connection, words: sqlite3.Row, text: str | None) -> None:
    place = (words["cell"], words["notebook"])
    query = "UPDATE comment SET manual_comment = ? WHERE cell_id = ? AND notebook_id = ?"
    changed = database.execute(query, (text, *place))
    if not changed.rowcount and text:
        database.execute(
            "INSERT INTO comment (id, cell_id, notebook_id, manual_comment) VALUES (?, ?, ?, ?)",
            (uuid.uuid4().hex, *place, text),
        )
