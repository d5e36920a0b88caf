"""Marks by hand as the gradebook has them, with the rubric's items, the comment, who gave them and when."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.marks.tables import GRADES, gradebook_in, has_tables, reading

__all__ = ["MarkedAnswer", "RubricItem", "marked_answers"]

# The answers in words, and of the checks those whose mark a person has replaced.
ANSWERS = f"""
SELECT submitted_assignment.student_id AS student, assignment.name AS assignment, base_cell.name AS question,
    COALESCE(grade.manual_score, grade.auto_score) AS score, COALESCE(grade.extra_credit, 0) AS extra,
    grade_cells.max_score AS most, COALESCE(comment.manual_comment, '') AS comment
FROM {GRADES}
JOIN grade_cells ON grade_cells.id = grade.cell_id
WHERE base_cell.name NOT LIKE 'check-%' OR grade.manual_score IS NOT NULL
ORDER BY student, assignment, base_cell.rowid
"""
MARKS = "SELECT assignment, question, student, points, items, marker, at FROM marking_mark"
ITEMS = "SELECT id, text, points FROM marking_item"


@dataclass(frozen=True)
class RubricItem:
    """A line of a rubric: its text, and the marks that it adds (or takes, where they are negative)."""

    text: str
    points: float


@dataclass(frozen=True)
class MarkedAnswer:
    """One answer in words and its mark, or a check whose mark a person has replaced.

    Args:
        question: Name of the gradebook's cell, as `why`, `explain-race` or `check-race`.
        points: The marks, extra credit included; None where nobody has marked it yet.
        max_points: The marks that the answer can have.
        items: Lines of the rubric that were chosen; empty where the mark was given as a number, or in formgrader.
        comment: The comment of a person; empty if there is none.
        marker: Who gave the mark; empty if it was given in formgrader, or because there was no answer.
        when: When, with the time zone; None where `marker` is empty.
    """

    question: str
    points: float | None
    max_points: float
    items: tuple[RubricItem, ...] = ()
    comment: str = ""
    marker: str = ""
    when: datetime | None = None


def marked_answers(grading: Path) -> dict[tuple[str, str], tuple[MarkedAnswer, ...]]:
    """Return all answers in words and their marks, by student and assignment, in the order of the workbook.

    The gradebook says what counts: a mark that was changed in formgrader afterwards has no items and no marker.

    Args:
        grading: The output folder of a grading run, or a gradebook.

    Raises:
        GradingError: There is no gradebook, or it cannot be read.
    """
    found: defaultdict[tuple[str, str], list[MarkedAnswer]] = defaultdict(list)
    with reading(gradebook_in(grading)) as database:
        known = _known(database) if has_tables(database) else {}
        for row in database.execute(ANSWERS):
            mark = known.get((row["assignment"], row["question"], row["student"]))
            found[row["student"], row["assignment"]].append(_answer(row, mark))
    return {key: tuple(answers) for key, answers in found.items()}


@dataclass(frozen=True)
class _Mark:
    points: float | None
    items: tuple[RubricItem, ...]
    marker: str
    when: datetime


def _known(database: sqlite3.Connection) -> Mapping[tuple[str, str, str], _Mark]:
    items = {row["id"]: RubricItem(row["text"], row["points"]) for row in database.execute(ITEMS)}
    return {
        (row["assignment"], row["question"], row["student"]): _Mark(
            row["points"],
            tuple(items[number] for number in json.loads(row["items"]) if number in items),
            row["marker"],
            datetime.fromisoformat(row["at"]),
        )
        for row in database.execute(MARKS)
    }


def _answer(row: sqlite3.Row, mark: _Mark | None) -> MarkedAnswer:
    points = None if row["score"] is None else row["score"] + row["extra"]
    plain = MarkedAnswer(row["question"], points, row["most"], comment=row["comment"])
    if mark is None or mark.points is None or mark.points != row["score"]:
        return plain
    return MarkedAnswer(plain.question, points, plain.max_points, mark.items, plain.comment, mark.marker, mark.when)
