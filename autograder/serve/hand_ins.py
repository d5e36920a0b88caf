"""What was handed in: accepted once, on the disk and in the database, and looked up again."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from autograder.grade.types import SubmissionGrade
from autograder.serve.tables import hand_ins, reading, writing

__all__ = ["Accepted", "HandIn", "Rules", "TooMany", "accept", "hand_in", "hand_ins_of", "last_time", "verdicts_left"]

# Bits of the seed of the hidden inputs: those of a whole number in SQL.
SEED_BITS = 63
OPEN = ("waiting", "running")
MOST_SHOWN = 50


class TooMany(Exception):
    """More hand-ins within an hour than the course allows.

    Args:
        most: How many it allows.
    """

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


@dataclass(frozen=True)
class Rules:
    """How often somebody may hand in and be told a verdict, and the zone in which a day begins."""

    verdicts_per_day: int
    hand_ins_per_hour: int
    zone: ZoneInfo

    def day(self, when: datetime) -> str:
        """Return the day of a time, as in `2026-03-01`."""
        return f"{when.astimezone(self.zone):%Y-%m-%d}"


@dataclass(frozen=True)
class HandIn:
    """A hand-in.

    Args:
        number: Its number; later ones have higher numbers.
        student: Who handed it in.
        workbook: Which workbook.
        sha256: The name of its content.
        received_at: UTC, ISO 8601.
        receipt: The signed receipt.
        state: "kept" (no verdict is wanted), "waiting", "running", "done" or "failed".
        taken: How often grading was begun.
        seed: The seed of its hidden inputs.
        grade: What came out; None before.
    """

    number: int
    student: str
    workbook: str
    sha256: str
    received_at: str
    receipt: str
    state: str
    taken: int
    seed: int
    grade: SubmissionGrade | None


@dataclass(frozen=True)
class Accepted:
    """A hand-in, and how many verdicts are left to the student today."""

    hand_in: HandIn
    left: int


def accept(
    engine: Engine,
    rules: Rules,
    who: tuple[str, str],
    content: tuple[str, int],
    when: datetime,
    sign: Callable[[int, str], str],
) -> Accepted:
    """Enter a hand-in; it is in the database when this returns.

    The same content that still waits for its verdict is the same hand-in: whoever asks again because no answer came
    loses no verdict.

    Args:
        engine: The database.
        rules: How often somebody may hand in.
        who: Student and workbook.
        content: SHA-256 and size of the file, which is on the disk already.
        when: The time.
        sign: Makes the receipt from the number and the time.

    Raises:
        TooMany: There were too many within the last hour.
    """
    student, workbook = who
    with writing(engine, student) as connection:
        last = connection.execute(_of(student).where(hand_ins.c.workbook == workbook).limit(1)).first()
        if last is not None and last.sha256 == content[0] and last.state in OPEN:
            return Accepted(_hand_in(last), _left(connection, rules, student, when))
        _check_rate(connection, rules, student, when)
        left = _left(connection, rules, student, when)
        time = when.isoformat(timespec="milliseconds")
        values = {
            "student": student, "workbook": workbook, "sha256": content[0], "size": content[1], "received_at": time,
            "day": rules.day(when), "receipt": "", "state": "waiting" if left else "kept", "taken": 0,
            "seed": secrets.randbits(SEED_BITS), "placed": False,
        }  # fmt: skip
        (number,) = connection.execute(insert(hand_ins).values(values)).inserted_primary_key or (0,)
        receipt = sign(number, time)
        connection.execute(update(hand_ins).where(hand_ins.c.number == number).values(receipt=receipt))
        row = connection.execute(select(hand_ins).where(hand_ins.c.number == number)).one()
    return Accepted(_hand_in(row), max(0, left - 1))


def hand_in(engine: Engine, number: int) -> HandIn | None:
    """Return a hand-in by its number; None if there is none."""
    with reading(engine) as connection:
        row = connection.execute(select(hand_ins).where(hand_ins.c.number == number)).first()
    return None if row is None else _hand_in(row)


def hand_ins_of(engine: Engine, student: str) -> Sequence[HandIn]:
    """Return the last hand-ins of a student, the last one first."""
    with reading(engine) as connection:
        return [_hand_in(row) for row in connection.execute(_of(student).limit(MOST_SHOWN))]


def verdicts_left(engine: Engine, rules: Rules, student: str, when: datetime) -> int:
    """Return how many verdicts are left to a student on the day of `when`."""
    with reading(engine) as connection:
        return _left(connection, rules, student, when)


def last_time(engine: Engine) -> str:
    """Return the latest time that a hand-in was received at, ISO 8601; empty if there is none."""
    with reading(engine) as connection:
        return connection.scalar(select(func.max(hand_ins.c.received_at))) or ""


def _of(student: str):  # type: ignore[no-untyped-def]
    return select(hand_ins).where(hand_ins.c.student == student).order_by(hand_ins.c.number.desc())


def _left(connection: Connection, rules: Rules, student: str, when: datetime) -> int:
    graded = hand_ins.c.state != "kept"
    query = select(func.count()).where(hand_ins.c.student == student, hand_ins.c.day == rules.day(when), graded)
    return max(0, rules.verdicts_per_day - (connection.scalar(query) or 0))


def _check_rate(connection: Connection, rules: Rules, student: str, when: datetime) -> None:
    """Refuse a hand-in where the one before the allowed number is less than an hour old.

    By number: a clock that was set back opens nothing, and closes nothing for longer than an hour.
    """
    row = connection.execute(_of(student).offset(rules.hand_ins_per_hour - 1).limit(1)).first()
    if row is not None and abs((when - datetime.fromisoformat(row.received_at)).total_seconds()) < 3600:
        raise TooMany(rules.hand_ins_per_hour)


def _hand_in(row: Row[tuple[object, ...]]) -> HandIn:
    record = row._mapping
    grade = SubmissionGrade.from_json(record["grade"]) if record["grade"] else None
    names = ("number", "student", "workbook", "sha256", "received_at", "receipt", "state", "taken", "seed")
    return HandIn(**{name: record[name] for name in names}, grade=grade)
