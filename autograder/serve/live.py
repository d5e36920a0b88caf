"""The live view: who has handed in, the queue, verdicts and misconceptions per exercise, as they come."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Engine, Row, func, select

from autograder.serve.groups import FEWEST, blocks, is_safe, merged
from autograder.serve.tables import hand_ins, reading, results

__all__ = ["class_view", "last_workbook", "people_view", "queue_view"]

KINDS = {
    "correct": "right", "variant": "right", "misconception": "a known mistake", "wrong": "wrong",
    "error": "an error", "timeout": "an error", "crashed": "an error", "not attempted": "not attempted",
}  # fmt: skip
# From the best to the worst, as bars show them.
ORDER = tuple(dict.fromkeys(KINDS.values()))


def queue_view(engine: Engine) -> dict[str, int]:
    """Return how many hand-ins wait, are being graded, are graded, and were kept without a verdict."""
    with reading(engine) as connection:
        found = connection.execute(select(hand_ins.c.state, func.count()).group_by(hand_ins.c.state))
        counts: dict[str, int] = {row[0]: row[1] for row in found}
    return {state: counts.get(state, 0) for state in ("waiting", "running", "done", "failed", "kept")}


def last_workbook(engine: Engine) -> str:
    """Return the workbook that was handed in last; empty where none was."""
    with reading(engine) as connection:
        query = select(hand_ins.c.workbook).order_by(hand_ins.c.number.desc()).limit(1)
        return connection.scalar(query) or ""


def class_view(engine: Engine, workbook: str, exercises: Iterable[str]) -> dict[str, Any]:
    """Return what a whole room may see of a workbook: no names, and nothing of fewer than five people.

    Args:
        engine: The database.
        workbook: The workbook.
        exercises: Its exercises that a check marks, in their order.
    """
    with reading(engine) as connection:
        mine = hand_ins.c.workbook == workbook
        people = connection.scalar(select(func.count(hand_ins.c.student.distinct())).where(mine)) or 0
        done = select(hand_ins.c.number, hand_ins.c.student).where(mine, hand_ins.c.finished.is_not(None))
        order = connection.execute(done.order_by(hand_ins.c.finished)).all()
        counted = order[: blocks([row.student for row in order])]
        latest = _latest(counted)
        rows = connection.execute(_results(workbook)).all() if latest else []
    by_exercise = _by_exercise(rows, set(latest.values()))
    return {
        "workbook": workbook,
        "people": people if people >= FEWEST else None,
        "counted": len(latest),
        "exercises": [_exercise(name, by_exercise.get(name, [])) for name in exercises],
    }


def people_view(engine: Engine, workbook: str, roster: Collection[str] | None) -> dict[str, Any]:
    """Return who has handed in what, with names: for the teaching staff alone.

    Args:
        engine: The database.
        workbook: The workbook.
        roster: Who is in the class; None where that is not known.
    """
    with reading(engine) as connection:
        columns = [hand_ins.c[name] for name in ("number", "student", "received_at", "state", "finished")]
        query = select(*columns).where(hand_ins.c.workbook == workbook).order_by(hand_ins.c.number)
        every = connection.execute(query).all()
        rows = connection.execute(_results(workbook)).all()
    last = {row.student: row for row in every}
    counts = Counter(row.student for row in every)
    graded = _latest(sorted((row for row in every if row.finished), key=lambda row: row.number))
    found: defaultdict[int, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in rows:
        found[row.number].append(row)
    people = [
        {
            "student": student, "number": row.number, "hand_ins": counts[student], "received_at": row.received_at,
            "state": row.state, "on_roster": roster is None or student in roster,
            **_marks(found[graded[student]] if student in graded else []),
        }
        for student, row in sorted(last.items())
    ]  # fmt: skip
    missing = sorted(set(roster) - set(last)) if roster is not None else None
    return {"workbook": workbook, "queue": queue_view(engine), "people": people, "missing": missing}


def _marks(rows: list[Row[*tuple[Any, ...]]]) -> dict[str, Any]:
    open_ones = [f"{row.exercise}: {KINDS[row.verdict]}" for row in rows if KINDS[row.verdict] != "right"]
    score = round(sum(row.score for row in rows), 2) if rows else None
    return {"score": score, "max_score": round(sum(row.max_score for row in rows), 2), "open": open_ones}


def _results(workbook: str):  # type: ignore[no-untyped-def]
    joined = results.join(hand_ins, results.c.number == hand_ins.c.number)
    return select(results).select_from(joined).where(hand_ins.c.workbook == workbook)


def _latest(rows: Iterable[Row[*tuple[Any, ...]]]) -> dict[str, int]:
    """Return of every student the highest number among some hand-ins."""
    found: dict[str, int] = {}
    for row in rows:
        found[row.student] = max(row.number, found.get(row.student, 0))
    return found


def _by_exercise(
    rows: Iterable[Row[*tuple[Any, ...]]], numbers: Collection[int]
) -> Mapping[str, list[Row[*tuple[Any, ...]]]]:
    found: defaultdict[str, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in rows:
        if row.number in numbers:
            found[row.exercise].append(row)
    return found


def _exercise(name: str, rows: list[Row[*tuple[Any, ...]]]) -> dict[str, Any]:
    counts = Counter(KINDS[row.verdict] for row in rows)
    groups = merged(counts)
    known = Counter(one for row in rows if KINDS[row.verdict] != "right" for one in set(json.loads(row.misconceptions)))
    shown = [(one, count) for one, count in known.most_common() if is_safe(count, len(rows))]
    return {
        "exercise": name,
        "people": len(rows) if groups else None,
        "groups": [
            {
                "kinds": sorted(kinds, key=ORDER.index),
                "most": next((kind for kind in kinds if counts[kind] >= FEWEST), None),
                "count": groups[kinds],
            }
            for kinds in sorted(groups, key=lambda kinds: min(map(ORDER.index, kinds)))
        ],
        "mistakes": [{"says": says, "count": count} for says, count in shown],
    }
