"""The tables that marking adds to nbgrader's gradebook; nbgrader does not look at them, and its upgrades leave them.

`marking_item` holds the rubrics, `marking_mark` the last mark of every answer, `marking_event` all that was done, in
order, and `marking_decision` what was decided for a whole class. Answers go by assignment, cell and student, as people
name them: an answer that is graded again, or a student who comes back, keeps them.
"""

from __future__ import annotations

import sqlite3

__all__ = ["add_tables", "has_tables"]

TABLES = """
CREATE TABLE IF NOT EXISTS marking_item (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    assignment TEXT NOT NULL,
    question TEXT NOT NULL,
    text TEXT NOT NULL,
    points REAL NOT NULL,
    origin TEXT NOT NULL DEFAULT '',
    retired INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS marking_mark (
    assignment TEXT NOT NULL,
    question TEXT NOT NULL,
    student TEXT NOT NULL,
    points REAL,
    items TEXT NOT NULL DEFAULT '[]',
    comment TEXT NOT NULL DEFAULT '',
    marker TEXT NOT NULL,
    at TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (assignment, question, student)
);
CREATE TABLE IF NOT EXISTS marking_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    marker TEXT NOT NULL,
    kind TEXT NOT NULL,
    assignment TEXT NOT NULL,
    question TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS marking_decision (
    assignment TEXT NOT NULL,
    question TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('drop', 'give')),
    reason TEXT NOT NULL,
    marker TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (assignment, question)
);
"""


def add_tables(database: sqlite3.Connection) -> None:
    """Add what a gradebook lacks; what is there stays.

    Args:
        database: A gradebook that may be written.
    """
    for statement in filter(str.strip, TABLES.split(";")):
        database.execute(statement)


def has_tables(database: sqlite3.Connection) -> bool:
    """Say whether anybody has marked by question in this gradebook."""
    found = database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'marking_mark'")
    return found.fetchone() is not None
