"""Marking answers, and taking it back: nothing is lost when two people mark the same answers."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from autograder.grade.types import GradingError
from autograder.marks.decisions import refuse_decided
from autograder.marks.events import Change, add_event, last_act
from autograder.marks.rubric import checked_points, put_back, read_items, sum_of
from autograder.marks.states import AnswerState, most_of, put_state, read_states
from autograder.marks.tables import now

__all__ = ["Given", "Shown", "Undone", "give_mark", "take_back"]

LONGEST_COMMENT = 2000


@dataclass(frozen=True)
class Shown:
    """An answer as a marker saw it: the name of its state, and that of its text."""

    tag: str
    answer: str


@dataclass(frozen=True)
class Undone:
    """What was undone: the students whose answers are as before, and whether it was an act on the rubric."""

    students: tuple[str, ...]
    of_rubric: bool


@dataclass(frozen=True)
class Given:
    """What a marker gives.

    Args:
        items: Items of the rubric, whose sum is the mark; None leaves mark and items as they are.
        points: The mark as a number, in place of `items`.
        comment: The comment; None leaves it as it is.
    """

    items: tuple[int, ...] | None = None
    points: float | None = None
    comment: str | None = None


def give_mark(
    database: sqlite3.Connection, place: tuple[str, str], marker: str, answers: Mapping[str, Shown], given: Given
) -> None:
    """Mark some answers with the same: all of them, or none.

    Args:
        database: The gradebook, in a transaction.
        place: Assignment and question.
        marker: Who marks.
        answers: The answers as they were shown, by student.
        given: The mark.

    Raises:
        GradingError: One of the answers was marked, graded again or taken away meanwhile, or the mark is not possible.
    """
    refuse_decided(database, place)
    states = read_states(database, *place)
    _refuse_gone(states, answers)
    _refuse_changed(states, answers)
    changes: dict[str, Change] = {}
    new = _new(database, place, given)
    for student, shown in answers.items():
        before = states[student]
        after = replace(before, **new, answer=shown.answer, marker=marker, at=now())
        if after.manual is None:
            raise GradingError("give a mark first; a comment alone does not mark an answer")
        changes[student] = (before, replace(after, again=False))
    for student, (_, after) in changes.items():
        put_state(database, *place, student, after)
    add_event(database, place, marker, "mark", changes)


def take_back(database: sqlite3.Connection, place: tuple[str, str], marker: str) -> Undone:
    """Undo what a marker did last to a question.

    Returns:
        What is as before again.

    Raises:
        GradingError: There is nothing to undo, or somebody has changed it since.
    """
    refuse_decided(database, place)
    act = last_act(database, place, marker)
    if act is None:
        raise GradingError(f"{marker} has done nothing here that can be undone")
    states = read_states(database, *place)
    changed = [who for who, (_, after) in act.changes.items() if states.get(who) != after]
    if changed:
        raise GradingError(
            f"{len(changed)} of these {len(act.changes)} answers were marked or graded again since, so this cannot be "
            "undone; mark them anew"
        )
    back = {who: (after, before) for who, (before, after) in act.changes.items()}
    if act.item is not None:
        put_back(database, place, act.item, back)
    else:
        for student, (_, before) in back.items():
            put_state(database, *place, student, before)
    database.execute("UPDATE marking_event SET undone = 1 WHERE id = ?", (act.id,))
    add_event(database, place, marker, "undo", back)
    return Undone(tuple(back), act.item is not None)


def _new(database: sqlite3.Connection, place: tuple[str, str], given: Given) -> dict[str, Any]:
    most = most_of(database, *place) or 0.0
    new: dict[str, Any] = {}
    if given.items is not None:
        chosen = tuple(sorted(set(given.items)))
        total = sum_of(read_items(database, *place), chosen)
        new |= {"items": chosen, "manual": checked_points(total, most, of_items=True)}
    elif given.points is not None:
        new |= {"items": (), "manual": checked_points(float(given.points), most, of_items=False)}
    if given.comment is not None:
        comment = given.comment.strip()
        if len(comment) > LONGEST_COMMENT:
            raise GradingError(f"a comment has at most {LONGEST_COMMENT} characters; this one has {len(comment)}")
        new["comment"] = comment
    return new


def _refuse_gone(states: Mapping[str, AnswerState], answers: Mapping[str, Shown]) -> None:
    gone = [student for student in answers if student not in states]
    if gone:
        raise GradingError(
            f"{len(gone)} of these {len(answers)} answers are no longer in the gradebook; load the page again. "
            "The marks that were given stay recorded"
        )


def _refuse_changed(states: Mapping[str, AnswerState], answers: Mapping[str, Shown]) -> None:
    changed = [states[student] for student, shown in answers.items() if states[student].tag != shown.tag]
    if changed:
        last = max(changed, key=lambda state: state.at)
        who = f"{last.marker or 'Somebody'} has marked"
        raise GradingError(
            f"{who} {len(changed)} of these {len(answers)} answers meanwhile; nothing was changed. The page now shows "
            "the marks; give yours again to put them in their place"
        )
