"""The queue in the database: hand-ins are taken in their order, and what was not finished is taken up again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine, func, insert, select, update

from autograder.grade.types import SubmissionGrade
from autograder.serve.hand_ins import HandIn, hand_in
from autograder.serve.tables import hand_ins, reading, results, writing

__all__ = ["Unplaced", "finish", "give_back", "give_up", "mark_placed", "take", "take_up_again", "unplaced"]

# A failure of grading itself says nothing of the notebook.
FAILED = "failed"


@dataclass(frozen=True)
class Unplaced:
    """A hand-in that is not yet where `autograder grade` looks; arguments as in `HandIn`."""

    number: int
    student: str
    workbook: str
    sha256: str
    received_at: str


def take(engine: Engine) -> HandIn | None:
    """Take the first hand-in that waits; None if none does."""
    first = (
        select(hand_ins.c.number)
        .where(hand_ins.c.state == "waiting")
        .order_by(hand_ins.c.number)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    with reading(engine) as connection:
        if connection.scalar(select(func.count()).where(hand_ins.c.state == "waiting")) == 0:
            return None
    with writing(engine) as connection:
        number = connection.scalar(first)
        if number is not None:
            new = {"state": "running", "taken": hand_ins.c.taken + 1}
            connection.execute(update(hand_ins).where(hand_ins.c.number == number).values(new))
    return None if number is None else hand_in(engine, number)


def finish(engine: Engine, number: int, grade: SubmissionGrade, sentence: Callable[[str, str], str]) -> None:
    """Keep what came out of a hand-in.

    Args:
        engine: The database.
        number: The number of the hand-in.
        grade: What came out.
        sentence: Gives the words of a misconception, by exercise and id.
    """
    rows = [
        {
            "number": number, "exercise": one.exercise, "verdict": one.verdict, "score": one.score or 0.0,
            "max_score": one.max_score,
            "misconceptions": json.dumps([sentence(one.exercise, name) for name in one.misconceptions]),
        }
        for one in grade.checked
    ]  # fmt: skip
    with writing(engine) as connection:
        place = (connection.scalar(select(func.max(hand_ins.c.finished))) or 0) + 1
        done = {"state": "done", "finished": place, "grade": grade.to_json().decode()}
        changed = connection.execute(
            update(hand_ins).where(hand_ins.c.number == number, hand_ins.c.state == "running").values(done)
        )
        if changed.rowcount and rows:
            connection.execute(insert(results), rows)


def give_back(engine: Engine, number: int, *, counts: bool) -> None:
    """Put a hand-in back to where it was in the queue.

    Args:
        engine: The database.
        number: The number of the hand-in.
        counts: Whether this was an attempt, of which there are few; it was none where the machine cannot grade.
    """
    new = {"state": "waiting", "taken": hand_ins.c.taken - (0 if counts else 1)}
    with writing(engine) as connection:
        connection.execute(update(hand_ins).where(hand_ins.c.number == number).values(new))


def give_up(engine: Engine, number: int) -> None:
    """Give a hand-in no verdict, because grading itself failed; it stays handed in, and costs no verdict of the day."""
    with writing(engine) as connection:
        connection.execute(update(hand_ins).where(hand_ins.c.number == number).values(state=FAILED, day=""))


def take_up_again(engine: Engine) -> int:
    """Put all hand-ins back into the queue that nobody works on any more; return how many there were."""
    with writing(engine) as connection:
        changed = connection.execute(update(hand_ins).where(hand_ins.c.state == "running").values(state="waiting"))
    return changed.rowcount


def unplaced(engine: Engine) -> list[Unplaced]:
    """Return of every student and workbook the last hand-in, where it is not yet placed."""
    latest = select(func.max(hand_ins.c.number)).group_by(hand_ins.c.student, hand_ins.c.workbook)
    columns = [hand_ins.c[name] for name in Unplaced.__dataclass_fields__]
    query = select(*columns).where(hand_ins.c.number.in_(latest), hand_ins.c.placed.is_(False))
    with reading(engine) as connection:
        return [Unplaced(*row) for row in connection.execute(query.order_by(hand_ins.c.number))]


def mark_placed(engine: Engine, one: Unplaced) -> None:
    """Remember that a hand-in, and so all earlier ones of this student and workbook, need no placing any more."""
    same = (hand_ins.c.student == one.student, hand_ins.c.workbook == one.workbook, hand_ins.c.number <= one.number)
    with writing(engine) as connection:
        connection.execute(update(hand_ins).where(*same).values(placed=True))
