"""The tables of the service, and the connection to them: SQLite by default, PostgreSQL by its address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.exc import SQLAlchemyError

from autograder.grade.types import GradingError

__all__ = ["hand_ins", "open_engine", "reading", "results", "writing"]

_METADATA = MetaData()

hand_ins = Table(
    "hand_ins",
    _METADATA,
    Column("number", Integer, primary_key=True),
    Column("student", String(128), nullable=False),
    Column("workbook", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("received_at", String(32), nullable=False),  # UTC, ISO 8601 with milliseconds
    Column("day", String(10), nullable=False),  # in the course's time zone
    Column("receipt", Text, nullable=False),
    Column("state", String(8), nullable=False),  # "kept", "waiting", "running", "done" or "failed"
    Column("taken", Integer, nullable=False, default=0),  # how often grading was begun
    Column("seed", BigInteger, nullable=False),
    Column("finished", Integer),  # place in the order in which verdicts came
    Column("grade", Text),  # JSON of SubmissionGrade
    Column("placed", Boolean, nullable=False, default=False),
    Index("by_student", "student", "workbook", "number"),
    Index("by_state", "state", "number"),
    sqlite_autoincrement=True,  # a number is never given twice
)
results = Table(
    "results",
    _METADATA,
    Column("number", ForeignKey("hand_ins.number"), primary_key=True),
    Column("exercise", String(64), primary_key=True),
    Column("verdict", String(16), nullable=False),
    Column("score", Float, nullable=False),
    Column("max_score", Float, nullable=False),
    Column("misconceptions", Text, nullable=False),  # JSON, a list of sentences
)
_ABOUT = Table(
    "about", _METADATA, Column("name", String(32), primary_key=True), Column("value", String(256), nullable=False)
)


def open_engine(address: str, course: str) -> Engine:
    """Open the database, make what is missing in it, and see that it is this course's.

    Args:
        address: As SQLAlchemy has it: `sqlite:////path/file`, or `postgresql+psycopg://user@host/name`.
        course: The id of the course.

    Raises:
        GradingError: It cannot be opened, or holds the hand-ins of another course.
    """
    try:
        engine = create_engine(address, pool_pre_ping=True)
        if engine.dialect.name == "sqlite":
            _prepare_sqlite(engine)
        _METADATA.create_all(engine)
        with writing(engine) as connection:
            owner = connection.scalar(select(_ABOUT.c.value).where(_ABOUT.c.name == "course"))
            if owner is None:
                connection.execute(insert(_ABOUT).values(name="course", value=course))
    except (SQLAlchemyError, ImportError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise GradingError(f"the database cannot be opened: {reason}; see --database") from error
    if owner not in (None, course):
        raise GradingError(f"the database holds the hand-ins of the course {owner!r}, not of {course!r}; "
                           "give another folder or another --database")  # fmt: skip
    return engine


def _prepare_sqlite(engine: Engine) -> None:
    """Let readers and a writer work side by side, and have every commit on the disk before it is said to be done."""

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin below, not in Python's module
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=20000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A reader that turns into a writer would fail where another one writes.
        kind = "IMMEDIATE" if connection.get_execution_options().get("writes") else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {kind}")


@contextmanager
def writing(engine: Engine, student: str = "") -> Iterator[Connection]:
    """Open a transaction that writes; with a student, only one at a time for that student."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if student and engine.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(student))))
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads."""
    with engine.connect() as connection, connection.begin():
        yield connection
