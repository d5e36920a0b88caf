"""The rubric of a question: from the marking guide, longer while people mark, the same for all who carry an item."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.build.marking_guide import GuideItem
from autograder.grade.types import GradingError
from autograder.marks.events import Change, add_event
from autograder.marks.states import most_of, put_state, read_states
from autograder.marks.tables import now

__all__ = ["Item", "add_item", "change_item", "checked_points", "follow_guide", "read_items", "retire_item", "sum_of"]

LONGEST = 300
ITEMS = """
SELECT id, text, points, origin, retired FROM marking_item WHERE assignment = ? AND question = ? ORDER BY id
"""
# Where points add up, as 0.1 + 0.2 does not.
DECIMALS = 6


@dataclass(frozen=True)
class Item:
    """A line of a rubric.

    Args:
        id: Its number in the gradebook.
        text: Its text, one line of Markdown.
        points: What it adds to a mark, or takes where it is negative.
        origin: What the marking guide said when it came from there; empty for one that a marker added.
        retired: Whether it is no longer offered.
    """

    id: int
    text: str
    points: float
    origin: str = ""
    retired: bool = False


def read_items(database: sqlite3.Connection, assignment: str, question: str) -> dict[int, Item]:
    """Return the items of a question by id, those that are no longer offered too.

    Raises:
        GradingError: Somebody has written into the tables what is no item.
    """
    items = {}
    for row in database.execute(ITEMS, (assignment, question)):
        text, points = row["text"], row["points"]
        if not isinstance(points, float | int) or not math.isfinite(points) or not isinstance(text, str):
            raise GradingError(
                f"item {row['id']} of the rubric of {question} has {points!r} points and says {text!r}; "
                "set the row of table marking_item in the gradebook to a number and a text"
            )
        items[row["id"]] = Item(row["id"], text, float(points), row["origin"], bool(row["retired"]))
    return items


def sum_of(items: Mapping[int, Item], chosen: Sequence[int]) -> float:
    """Return the marks of some items together.

    Raises:
        GradingError: One of them is not in the rubric.
    """
    if not set(chosen) <= set(items):
        raise GradingError("an item is no longer in the rubric; the page shows what it is now")
    return round(sum(items[one].points for one in chosen), DECIMALS)


def checked_points(points: float, most: float, *, of_items: bool) -> float:
    """Return a mark that an answer can have.

    Raises:
        GradingError: It is not from 0 to the most.
    """
    if math.isfinite(points) and 0 <= points <= most:
        return points
    if of_items:
        raise GradingError(
            f"the chosen items give {points:g}, and an answer has from 0 to {most:g}; take an item away, or change "
            "the points of one"
        )
    raise GradingError(f"an answer has from 0 to {most:g} marks here, not {points:g}; nothing was changed")


def follow_guide(database: sqlite3.Connection, assignment: str, question: str, guide: Iterable[GuideItem]) -> None:
    """Add what the marking guide says and the rubric lacks; retire what it no longer says, if no mark carries it."""
    known = read_items(database, assignment, question)
    wanted = {f"{one.points:g} for {one.text}": one for one in guide}
    carried = {number for state in read_states(database, assignment, question).values() for number in state.items}
    for item in known.values():
        if item.origin and item.origin not in wanted and item.id not in carried and not item.retired:
            database.execute("UPDATE marking_item SET retired = 1 WHERE id = ?", (item.id,))
    origins = {item.origin for item in known.values()}
    for origin, one in wanted.items():
        if origin not in origins:
            _insert(database, assignment, question, Item(0, one.text, one.points, origin))


def add_item(database: sqlite3.Connection, place: tuple[str, str], marker: str, text: str, points: float) -> Item:
    """Add an item; arguments as `change_item`."""
    text = _checked(text, points, most_of(database, *place) or 0.0)
    item = _insert(database, *place, Item(0, text, points))
    add_event(database, place, marker, "item", {}, item={"before": None, "after": _record(item)})
    return item


def change_item(
    database: sqlite3.Connection, place: tuple[str, str], marker: str, shown: Item, text: str, points: float
) -> int:
    """Give an item another text or other points, and all marks that carry it the new sum.

    Args:
        database: The gradebook, in a transaction.
        place: Assignment and question.
        marker: Who does it.
        shown: The item as the marker saw it.
        text: Its new text.
        points: Its new points.

    Returns:
        How many marks carry it.

    Raises:
        GradingError: It was changed meanwhile, it is nonsense, or a mark would be outside of what an answer can have.
    """
    items = read_items(database, *place)
    most = most_of(database, *place) or 0.0
    was = _same(items, shown)
    new = replace(was, text=_checked(text, points, most), points=points)
    items[was.id] = new
    states = {who: one for who, one in read_states(database, *place).items() if was.id in one.items}
    changes: dict[str, Change] = {}
    for student, state in states.items():
        total = sum_of(items, state.items)
        if not 0 <= total <= most:
            raise GradingError(
                f"with {points:g} points for this item, answers that carry it would have {total:g} of {most:g}; "
                "nothing was changed"
            )
        if total != state.manual:
            changes[student] = (state, replace(state, manual=total, marker=marker, at=now()))
    _put(database, place, new, changes)
    add_event(database, place, marker, "item", changes, item={"before": _record(was), "after": _record(new)})
    return len(states)


def retire_item(database: sqlite3.Connection, place: tuple[str, str], marker: str, shown: Item) -> None:
    """Take an item out of the rubric.

    Raises:
        GradingError: It was changed meanwhile, or a mark carries it.
    """
    was = _same(read_items(database, *place), shown)
    carrying = sum(was.id in state.items for state in read_states(database, *place).values())
    if carrying:
        raise GradingError(
            f"{carrying} marks carry this item; give it other points, or take it away from these answers first"
        )
    new = replace(was, retired=True)
    _put(database, place, new, {})
    add_event(database, place, marker, "item", {}, item={"before": _record(was), "after": _record(new)})


def put_back(
    database: sqlite3.Connection, place: tuple[str, str], item: Mapping[str, Any], changes: Mapping[str, Change]
) -> None:
    """Undo an act on the rubric.

    Args:
        database: The gradebook, in a transaction.
        place: Assignment and question.
        item: The item before and after the act.
        changes: What becomes of the marks, by student.

    Raises:
        GradingError: The item was changed since, or marks carry what would go.
    """
    after = Item(**item["after"])
    _same(read_items(database, *place), after)
    carrying = any(after.id in state.items for state in read_states(database, *place).values())
    if item["before"] is None and carrying:
        raise GradingError("marks carry this item now; take it away from them first")
    before = replace(after, retired=True) if item["before"] is None else Item(**item["before"])
    _put(database, place, before, changes)


def _put(database: sqlite3.Connection, place: tuple[str, str], item: Item, changes: Mapping[str, Change]) -> None:
    database.execute(
        "UPDATE marking_item SET text = ?, points = ?, retired = ? WHERE id = ?",
        (item.text, item.points, item.retired, item.id),
    )
    for student, (_, after) in changes.items():
        put_state(database, *place, student, after)


def _same(items: Mapping[int, Item], shown: Item) -> Item:
    was = items.get(shown.id)
    if was is None or (was.text, was.points, was.retired) != (shown.text, shown.points, shown.retired):
        raise GradingError("somebody has changed this item meanwhile; the page shows what it is now")
    return was


def _checked(text: str, points: float, most: float) -> str:
    text = " ".join(text.split())
    if not text or len(text) > LONGEST:
        raise GradingError(f"an item needs a text of at most {LONGEST} characters; this one has {len(text)}")
    if not math.isfinite(points) or abs(points) > most:
        raise GradingError(f"an item of this question has from {-most:g} to {most:g} points, not {points:g}")
    return text


def _insert(database: sqlite3.Connection, assignment: str, question: str, item: Item) -> Item:
    values = (assignment, question, item.text, item.points, item.origin)
    made = database.execute(
        "INSERT INTO marking_item (assignment, question, text, points, origin) VALUES (?, ?, ?, ?, ?)", values
    )
    return replace(item, id=int(made.lastrowid or 0))


def _record(item: Item) -> dict[str, Any]:
    return {"id": item.id, "text": item.text, "points": item.points, "origin": item.origin, "retired": item.retired}
