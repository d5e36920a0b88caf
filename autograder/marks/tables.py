"""The tables that marking adds to nbgrader's gradebook; nbgrader does not look at them, and its upgrades leave them.

`marking_item` holds the rubrics, `marking_mark` the last mark of every answer, `marking_event` all that was done, in
order, `marking_decision` what was decided for a whole class, and `marking_set_aside` the marks from before that.
Answers go by assignment, cell and student, as people name them: an answer that is graded again, or a student who comes
back, keeps them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from autograder.grade.gradebook_file import FILE_NAME, reading_gradebook
from autograder.grade.types import GradingError

__all__ = ["GRADES", "gradebook_in", "has_tables", "now", "reading", "writing"]

# Every grade with its cell, its student, and the comment on the answer in words that it belongs to.
GRADES = """grade
JOIN base_cell ON base_cell.id = grade.cell_id
JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
JOIN assignment ON assignment.id = submitted_assignment.assignment_id
LEFT JOIN base_cell AS words ON words.name = base_cell.name AND words.notebook_id = base_cell.notebook_id
    AND words.type = 'SolutionCell'
LEFT JOIN comment ON comment.cell_id = words.id AND comment.notebook_id = submitted_notebook.id"""

# Seconds to wait for another program that is writing.
PATIENCE_S = 20.0
TABLES = """
CREATE TABLE IF NOT EXISTS marking_item (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    assignment TEXT NOT NULL,
    question TEXT NOT NULL,
    text TEXT NOT NULL,
    points REAL NOT NULL,
    origin TEXT NOT NULL DEFAULT '',
    retired INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS marking_mark (
    assignment TEXT NOT NULL,
    question TEXT NOT NULL,
    student TEXT NOT NULL,
    points REAL,
    items TEXT NOT NULL,
    answer TEXT NOT NULL,
    marker TEXT NOT NULL,
    at TEXT NOT NULL,
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
    max_score REAL NOT NULL,
    reason TEXT NOT NULL,
    marker TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (assignment, question)
);
CREATE TABLE IF NOT EXISTS marking_set_aside (
    assignment TEXT NOT NULL,
    question TEXT NOT NULL,
    student TEXT NOT NULL,
    manual_score REAL,
    needs_manual_grade INTEGER NOT NULL,
    PRIMARY KEY (assignment, question, student)
);
"""


def gradebook_in(grading: Path) -> Path:
    """Return the gradebook of a folder, or the one that is given itself.

    Raises:
        GradingError: There is none.
    """
    path = grading / FILE_NAME if grading.is_dir() else grading
    if not path.is_file():
        raise GradingError(f"there is no {FILE_NAME} in {grading}; give the folder of `autograder grade --out`")
    return path


def now() -> str:
    """Return the time as the tables keep it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def has_tables(database: sqlite3.Connection) -> bool:
    """Say whether anybody has marked by question in this gradebook."""
    found = database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'marking_set_aside'")
    return found.fetchone() is not None


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a gradebook to read it; its rows go by name.

    Raises:
        GradingError: It cannot be read.
    """
    with _errors_for_people(path), reading_gradebook(path) as database:
        database.row_factory = sqlite3.Row
        yield database


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a gradebook, with the tables of marking: all that is done to it is kept at the end, or nothing.

    Nobody else writes meanwhile. What is kept is on the disk.

    Raises:
        GradingError: It cannot be written.
    """
    with _errors_for_people(path):
        address = f"{path.resolve().as_uri()}?mode=rw"
        opened = sqlite3.connect(address, uri=True, timeout=PATIENCE_S, isolation_level=None)
        with closing(opened) as database:
            database.row_factory = sqlite3.Row
            database.execute("BEGIN IMMEDIATE")
            try:
                for statement in filter(str.strip, TABLES.split(";")):
                    database.execute(statement)
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")


@contextmanager
def _errors_for_people(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        advice = "close other programs that use it, look whether there is room left, and try again"
        raise GradingError(f"{path} cannot be used ({error}); {advice}; nothing was changed") from error
