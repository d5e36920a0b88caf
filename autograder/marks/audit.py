"""The audit file: every exception to what checks and markers gave, with its reason, as csv beside the gradebook."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.grade.files import errors_for_people, write_all
from autograder.marks.tables import gradebook_in, has_tables, reading
from autograder.report.cells import as_csv, number

__all__ = ["AUDIT_FILE", "write_audit"]

AUDIT_FILE = "marking_audit.csv"
COLUMNS = ("when", "who", "what", "assignment", "question", "student", "before", "after", "reason")
EXCEPTIONS = "SELECT * FROM marking_event WHERE kind IN ('override', 'drop', 'give', 'revoke') ORDER BY id"


def write_audit(grading: Path) -> Path:
    """Write the file anew from the gradebook, which holds all that was done.

    Args:
        grading: The output folder of a grading run, or the gradebook in it.

    Raises:
        GradingError: The gradebook cannot be read, or the file not be written.
    """
    path = gradebook_in(grading)
    with reading(path) as database:
        rows = [line for row in database.execute(EXCEPTIONS) for line in _lines(row)] if has_tables(database) else []
    with errors_for_people(path.parent):
        write_all(path.parent, [(AUDIT_FILE, as_csv([COLUMNS, *rows]))])
    return path.parent / AUDIT_FILE


def _lines(row: sqlite3.Row) -> Iterator[tuple[str, ...]]:
    place = (row["at"], row["marker"], row["kind"], row["assignment"], row["question"])
    changes = json.loads(row["detail"])["changes"]
    if not changes:
        yield (*place, "", "", "", row["reason"])
    for student, (before, after) in sorted(changes.items()):
        yield (*place, student, _mark(before), _mark(after), row["reason"])


def _mark(state: dict[str, Any]) -> str:
    value = state["auto"] if state["manual"] is None else state["manual"]
    return "" if value is None else number(value)
