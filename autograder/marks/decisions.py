"""What is decided for a whole class, or against a check: with a reason, and told wherever marks go."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from autograder.grade.types import GradingError
from autograder.marks.events import Change, add_event
from autograder.marks.rubric import checked_points
from autograder.marks.states import AnswerState, most_of, put_state, read_states
from autograder.marks.tables import gradebook_in, has_tables, now, reading, writing

__all__ = [
    "Decision",
    "Override",
    "apply_decisions",
    "decide",
    "decisions_in",
    "override",
    "overrides_in",
    "refuse_decided",
    "revoke",
]

Kind = Literal["drop", "give"]
WORDS: Mapping[str, str] = {"drop": "does not count", "give": "is given to all"}
SHORTEST_REASON = 3
CELL = """
SELECT base_cell.id FROM base_cell
JOIN notebook ON notebook.id = base_cell.notebook_id
JOIN assignment ON assignment.id = notebook.assignment_id
WHERE assignment.name = ? AND base_cell.name = ? AND base_cell.type = 'GradeCell'
"""


@dataclass(frozen=True)
class Decision:
    """A question, or a check, that counts for nobody or is given to all.

    Args:
        assignment: The assignment.
        question: Name of the gradebook's cell.
        kind: `drop`: it does not count, and the marks that can be had are fewer; `give`: all have its marks.
        points: The marks that it had.
        reason: Why.
        marker: Who decided.
        at: When.
    """

    assignment: str
    question: str
    kind: str
    points: float
    reason: str
    marker: str
    at: str

    @property
    def words(self) -> str:
        """The decision as a sentence."""
        return f"{self.assignment}: {self.question} {WORDS[self.kind]} ({self.reason}; {self.marker}, {self.at[:10]})."


@dataclass(frozen=True)
class Override:
    """The mark of a check that a person has replaced, and why."""

    assignment: str
    question: str
    student: str
    points: float
    reason: str
    marker: str
    at: str

    @property
    def words(self) -> str:
        """The replacement as a sentence."""
        return (
            f"{self.assignment}, {self.student}: {self.question} has {self.points:g} in place of the check's mark "
            f"({self.reason}; {self.marker}, {self.at[:10]})."
        )


def decisions_in(grading: Path) -> tuple[Decision, ...]:
    """Return what was decided for a whole class.

    Args:
        grading: The output folder of a grading run, or a gradebook.

    Raises:
        GradingError: The gradebook cannot be read.
    """
    with reading(gradebook_in(grading)) as database:
        return tuple(_decisions(database)) if has_tables(database) else ()


def overrides_in(grading: Path) -> tuple[Override, ...]:
    """Return the marks of checks that a person has replaced; arguments and errors as `decisions_in`."""
    with reading(gradebook_in(grading)) as database:
        if not has_tables(database):
            return ()
        rows = database.execute("SELECT * FROM marking_event WHERE kind = 'override' ORDER BY id").fetchall()
    last: dict[tuple[str, str, str], Override | None] = {}
    for row in rows:
        ((student, (_, after)),) = json.loads(row["detail"])["changes"].items()
        place = (row["assignment"], row["question"], student)
        points = after["manual"]
        made = None if points is None else Override(*place, points, row["reason"], row["marker"], row["at"])
        last[place] = made
    return tuple(one for one in last.values() if one is not None)


def override(
    database: sqlite3.Connection, place: tuple[str, str], marker: str, student: str, points: float | None, reason: str
) -> None:
    """Put a mark in the place of a check's, or give the check's mark back.

    Args:
        database: The gradebook, in a transaction.
        place: Assignment, and name of the check's cell.
        marker: Who does it.
        student: The student.
        points: The mark; None for that of the check.
        reason: Why.

    Raises:
        GradingError: There is no such check or student, the mark is not possible, or there is no reason.
    """
    refuse_decided(database, place)
    most, reason = _known(database, place), _checked(reason)
    before = read_states(database, *place).get(student)
    if before is None:
        raise GradingError(f"{student} has handed in nothing for {place[0]}; choose one who has")
    if points is not None:
        checked_points(points, most, of_items=False)
    after = replace(before, manual=points, again=False, items=(), marker="", at="", answer="")
    put_state(database, *place, student, after)
    add_event(database, place, marker, "override", {student: (before, after)}, reason=reason)


def decide(database: sqlite3.Connection, place: tuple[str, str], marker: str, kind: Kind, reason: str) -> None:
    """Let a question, or a check, count for nobody, or give it to all who handed in.

    Raises:
        GradingError: There is no such question, it is decided already, or there is no reason.
    """
    refuse_decided(database, place)
    most, reason = _known(database, place), _checked(reason)
    database.execute(
        "INSERT INTO marking_decision VALUES (?, ?, ?, ?, ?, ?, ?)", (*place, kind, most, reason, marker, now())
    )
    (decision,) = (one for one in _decisions(database) if (one.assignment, one.question) == place)
    add_event(database, place, marker, kind, _apply(database, decision), reason=reason)


def revoke(database: sqlite3.Connection, place: tuple[str, str], marker: str, reason: str) -> None:
    """Take a decision back: everybody has the mark of before again.

    Raises:
        GradingError: Nothing was decided, or there is no reason.
    """
    reason = _checked(reason)
    found = [one for one in _decisions(database) if (one.assignment, one.question) == place]
    if not found:
        raise GradingError(f"nothing was decided about {place[1]} of {place[0]}")
    states, changes = read_states(database, *place), dict[str, Change]()
    rows = database.execute("SELECT * FROM marking_set_aside WHERE assignment = ? AND question = ?", place).fetchall()
    for row in rows:
        if (state := states.get(row["student"])) is not None:
            _put_score(database, place, row["student"], row["manual_score"], bool(row["needs_manual_grade"]))
            changes[row["student"]] = (state, read_states(database, *place)[row["student"]])
    _put_most(database, place, found[0].points)
    for table in ("marking_set_aside", "marking_decision"):
        database.execute(f"DELETE FROM {table} WHERE assignment = ? AND question = ?", place)
    add_event(database, place, marker, "revoke", changes, reason=reason)


def apply_decisions(grading: Path) -> None:
    """Hold to what was decided, for those who were graded, or graded again, since.

    Raises:
        GradingError: The gradebook cannot be written.
    """
    if not decisions_in(grading):
        return
    with writing(gradebook_in(grading)) as database:
        for decision in _decisions(database):
            _apply(database, decision)


def refuse_decided(database: sqlite3.Connection, place: tuple[str, str]) -> None:
    """Refuse to mark what is decided.

    Raises:
        GradingError: It is.
    """
    for one in _decisions(database):
        if (one.assignment, one.question) == place:
            raise GradingError(f"{one.words} Take that back first, on the page of exceptions")


def _decisions(database: sqlite3.Connection) -> list[Decision]:
    query = (
        "SELECT assignment, question, kind, max_score, reason, marker, at FROM marking_decision ORDER BY at, question"
    )
    return [Decision(*row) for row in database.execute(query)]


def _apply(database: sqlite3.Connection, decision: Decision) -> dict[str, Change]:
    """Set marks aside and put those of a decision in their place; the marks of markers stay recorded."""
    place = (decision.assignment, decision.question)
    points = decision.points if decision.kind == "give" else 0.0
    _put_most(database, place, decision.points if decision.kind == "give" else 0.0)
    aside = "SELECT student FROM marking_set_aside WHERE assignment = ? AND question = ?"
    known = {row[0] for row in database.execute(aside, place)}
    changes: dict[str, Change] = {}
    for student, before in read_states(database, *place).items():
        if student not in known:
            values = (*place, student, before.manual, before.again)
            database.execute("INSERT INTO marking_set_aside VALUES (?, ?, ?, ?, ?)", values)
        _put_score(database, place, student, points, False)
        changes[student] = (before, AnswerState(points, before.auto, False, comment=before.comment))
    return changes


def _put_score(
    database: sqlite3.Connection, place: tuple[str, str], student: str, points: float | None, again: bool
) -> None:
    (cell,) = database.execute(CELL, place).fetchone()
    database.execute(
        "UPDATE grade SET manual_score = ?, needs_manual_grade = ? WHERE cell_id = ? AND notebook_id IN "
        "(SELECT submitted_notebook.id FROM submitted_notebook JOIN submitted_assignment "
        "ON submitted_assignment.id = submitted_notebook.assignment_id WHERE submitted_assignment.student_id = ?)",
        (points, again, cell, student),
    )


def _put_most(database: sqlite3.Connection, place: tuple[str, str], most: float) -> None:
    (cell,) = database.execute(CELL, place).fetchone()
    database.execute("UPDATE grade_cells SET max_score = ? WHERE id = ?", (most, cell))


def _known(database: sqlite3.Connection, place: tuple[str, str]) -> float:
    most = most_of(database, *place)
    if most is None:
        raise GradingError(f"the gradebook has no {place[1]!r} in {place[0]}; choose one that it has")
    return most


def _checked(reason: str) -> str:
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise GradingError("this needs a reason, which is kept in the audit file; nothing was changed")
    return reason
