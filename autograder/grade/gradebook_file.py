"""The gradebook's file: made whole or not at all, and refused if it is another course's.

What takes a second to import (nbgrader, SQLAlchemy, Alembic) is imported where a gradebook is made or written.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path

from autograder.course import Course
from autograder.grade.release import Release
from autograder.grade.types import GradingError

__all__ = [
    "CONFIG_NAME",
    "FILE_NAME",
    "check_gradebook",
    "errors_of_gradebook",
    "prepare_gradebook",
    "reading_gradebook",
    "version_of_schema",
]

FILE_NAME = "gradebook.db"
# What nbgrader reads beside it.
CONFIG_NAME = "nbgrader_config.py"
# nbgrader's own steps enter this course whatever the configuration says.
DEFAULT_COURSE = "default_course"
# What SQLite says, and what to do.
AGAIN = "start the same command again, it continues where it stopped"
ADVICE = {
    "is full": f"there is no room left; free some and {AGAIN}",
    "disk I/O error": f"there is no room left, or the disk is faulty; {AGAIN}",
    "is locked": f"another program is using it; close that and {AGAIN}",
    "readonly": "it is read-only; make it writable or give another --out",
}
CELLS = """
SELECT base_cell.name FROM grade_cells
JOIN base_cell ON base_cell.id = grade_cells.id
JOIN notebook ON notebook.id = base_cell.notebook_id
JOIN assignment ON assignment.id = notebook.assignment_id
WHERE assignment.name = ?
"""


def check_gradebook(path: Path, course: Course, releases: Mapping[str, Release]) -> None:
    """Refuse a file that is no gradebook, or one of another course.

    Raises:
        GradingError: The file is one of these.
    """
    if not path.exists():
        return
    move = "move it away or give another --out"
    try:
        with reading_gradebook(path) as database:
            courses = {row[0] for row in database.execute("SELECT id FROM course")} - {DEFAULT_COURSE}
            cells = {name: {row[0] for row in database.execute(CELLS, (name,))} for name in releases}
            versions = {row[0] for row in database.execute("SELECT version_num FROM alembic_version")}
    except sqlite3.Error as error:
        if advice := _advice(str(error)):
            raise GradingError(f"cannot read the gradebook {path}: {advice}") from error
        raise GradingError(f"{path} is not a gradebook of nbgrader ({error}); {move}") from error
    if courses - {course.course.id}:
        found = ", ".join(sorted(courses))
        raise GradingError(f"{path} is the gradebook of another course ({found}, not {course.course.id}); {move}")
    for name, release in releases.items():
        strange = cells[name] - {cell.grade_id for cell in release.graded}
        if strange:
            found = ", ".join(sorted(strange))
            raise GradingError(f"{path} has marks in {name} for cells that are not in this release ({found}); {move}")
    if versions != {version_of_schema()}:
        raise GradingError(f"{path} was made by another version of nbgrader; back it up and run `nbgrader db upgrade`")


@contextmanager
def reading_gradebook(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a gradebook to read it.

    Where it may be written, SQLite takes back what a run that was killed had half written; it cannot do so read-only.

    Raises:
        sqlite3.Error: It is no database, or is locked.
    """
    mode = "rw" if os.access(path, os.W_OK) else "ro"
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True)) as database:
        yield database


def prepare_gradebook(path: Path) -> None:
    """Make an empty gradebook if there is none; a kill in between leaves none."""
    if path.exists():
        return
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        with errors_of_gradebook(path):
            _make_empty(part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
        part.with_name(f"{part.name}-journal").unlink(missing_ok=True)


def _make_empty(path: Path) -> None:
    from nbgrader.api import Base
    from sqlalchemy import create_engine, text

    engine = create_engine(f"sqlite:///{path}")
    try:
        Base.metadata.create_all(engine)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version_of_schema()})
    finally:
        engine.dispose()


@contextmanager
def errors_of_gradebook(name: object) -> Iterator[None]:
    """Turn an error of the database into one line that says what to do.

    Raises:
        GradingError: In place of any error of the database's operation.
    """
    from nbgrader.api import InvalidEntry
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, InvalidEntry) as error:
        reason = _root(error)
        advice = _advice(reason) or f"{reason}; give another --out"
        raise GradingError(f"cannot write to the gradebook {name}: {advice}") from error


def _advice(reason: str) -> str:
    return next((advice for sign, advice in ADVICE.items() if sign in reason), "")


def _root(error: BaseException) -> str:
    """Return in one line what the database said: other errors follow from that, and nbgrader's own is a traceback."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, sqlite3.Error):
        found = found.__cause__ or found.__context__
    return " ".join(str(found or error).split())[:300]


@cache
def version_of_schema() -> str:
    """Return what the installed nbgrader calls the newest form of its tables."""
    from alembic.script import ScriptDirectory

    # nbgrader itself asks alembic's command, which is found in an activated environment only.
    head = ScriptDirectory(str(files("nbgrader") / "alembic")).get_current_head()
    assert head is not None
    return head
