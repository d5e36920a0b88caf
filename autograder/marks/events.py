"""All that was done to marks, in order: who, when, what was there before and after, and why."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.marks.states import AnswerState
from autograder.marks.tables import now

__all__ = ["Act", "Change", "add_event", "last_act"]

Change = tuple[AnswerState, AnswerState]
# What a marker can take back.
UNDONE_BY_KEY = ("mark", "item")
LAST = """
SELECT id, kind, detail FROM marking_event
WHERE assignment = ? AND question = ? AND marker = ? AND undone = 0 AND kind IN (?, ?)
ORDER BY id DESC LIMIT 1
"""


@dataclass(frozen=True)
class Act:
    """Something that can be taken back.

    Args:
        id: Its number among the events.
        changes: Each answer before and after, by student.
        item: Of an act on the rubric, the item before and after, `None` where it was not there yet; else None.
    """

    id: int
    changes: Mapping[str, Change]
    item: Mapping[str, Any] | None = None


def add_event(
    database: sqlite3.Connection,
    place: tuple[str, str],
    marker: str,
    kind: str,
    changes: Mapping[str, Change],
    *,
    item: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Record what is done, in the transaction that does it.

    Args:
        database: The gradebook, in a transaction.
        place: Assignment and question.
        marker: Who does it.
        kind: What it is: `mark`, `item`, `undo`, `override`, `drop`, `give`, `revoke`.
        changes: Each answer before and after, by student.
        item: An item of the rubric before and after.
        reason: Why; needed for what is no marking.
    """
    records = {who: [before.to_record(), after.to_record()] for who, (before, after) in changes.items()}
    detail = json.dumps({"changes": records, "item": item})
    values = (now(), marker, kind, *place, reason, detail)
    columns = "at, marker, kind, assignment, question, reason, detail"
    database.execute(f"INSERT INTO marking_event ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", values)


def last_act(database: sqlite3.Connection, place: tuple[str, str], marker: str) -> Act | None:
    """Return what a marker did last to a question and has not taken back."""
    row = database.execute(LAST, (*place, marker, *UNDONE_BY_KEY)).fetchone()
    if row is None:
        return None
    detail = json.loads(row["detail"])
    states = {
        who: (AnswerState.from_record(before), AnswerState.from_record(after))
        for who, (before, after) in detail["changes"].items()
    }
    return Act(row["id"], states, detail["item"])
