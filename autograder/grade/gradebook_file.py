"""The gradebook's file: made whole or not at all, and refused if it is another course's."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from importlib.resources import files
from pathlib import Path

from alembic.script import ScriptDirectory
from nbgrader.api import Base
from sqlalchemy import create_engine, text

from autograder.course import Course
from autograder.grade.release import Release
from autograder.grade.types import GradingError

__all__ = ["FILE_NAME", "check_gradebook", "prepare_gradebook"]

FILE_NAME = "gradebook.db"
# nbgrader's own steps enter this course whatever the configuration says.
DEFAULT_COURSE = "default_course"
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
        GradingError: It is.
    """
    if not path.exists():
        return
    move = "move it away or give another --out"
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            courses = {row[0] for row in database.execute("SELECT id FROM course")} - {DEFAULT_COURSE}
            cells = {name: {row[0] for row in database.execute(CELLS, (name,))} for name in releases}
            versions = {row[0] for row in database.execute("SELECT version_num FROM alembic_version")}
    except sqlite3.Error as error:
        raise GradingError(f"{path} is not a gradebook of nbgrader ({error}); {move}") from error
    if courses - {course.course.id}:
        found = ", ".join(sorted(courses))
        raise GradingError(f"{path} is the gradebook of another course ({found}, not {course.course.id}); {move}")
    for name, release in releases.items():
        strange = cells[name] - {cell.grade_id for cell in release.graded}
        if strange:
            found = ", ".join(sorted(strange))
            raise GradingError(f"{path} has marks in {name} for what is not in this release ({found}); {move}")
    if versions != {_version()}:
        raise GradingError(f"{path} was made by another version of nbgrader; back it up and run `nbgrader db upgrade`")


def prepare_gradebook(path: Path) -> None:
    """Make an empty gradebook if there is none; a kill in between leaves none."""
    if path.exists():
        return
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    engine = create_engine(f"sqlite:///{part}")
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": _version()})
    engine.dispose()
    os.replace(part, path)


@cache
def _version() -> str:
    # nbgrader itself asks alembic's command, which is found in an activated environment only.
    head = ScriptDirectory(str(files("nbgrader") / "alembic")).get_current_head()
    assert head is not None
    return head
