"""What a student is told of a hand-in: verdicts and reasons, and no number of what is right."""

from __future__ import annotations

import json
from typing import Any

from autograder.grade.types import ExerciseGrade, PartGrade
from autograder.serve.hand_ins import HandIn

__all__ = ["told"]

FAILED = ("Grading itself failed, which is no fault of your notebook: it is handed in, and the final run decides. "
          "This costs no verdict of the day.")  # fmt: skip


def told(hand_in: HandIn, left: int) -> dict[str, Any]:
    """Return a hand-in for its student, as plain values for JSON.

    Args:
        hand_in: The hand-in.
        left: How many verdicts are left today.
    """
    grade = hand_in.grade
    exercises = [_exercise(one) for one in grade.exercises] if grade is not None else []
    return {
        "number": hand_in.number,
        "workbook": hand_in.workbook,
        "student": hand_in.student,
        "received_at": hand_in.received_at,
        "sha256": hand_in.sha256,
        "receipt": json.loads(hand_in.receipt),
        "state": hand_in.state,
        "says": _says(hand_in, left),
        "verdicts_left": left,
        "exercises": exercises,
    }


def _says(hand_in: HandIn, left: int) -> str:
    if hand_in.state == "kept":
        return "All verdicts of today are used. The notebook is handed in nevertheless, and the final run decides."
    if hand_in.state == "failed":
        return FAILED
    if hand_in.state != "done":
        return "It waits for its verdict."
    if hand_in.grade is not None and hand_in.grade.problem:
        return hand_in.grade.problem
    many = f"{left} verdict{'s' * (left != 1)} left today" if left else "no verdict left today"
    return f"These are the verdicts on fresh inputs, drawn for this hand-in. The final run decides. You have {many}."


def _exercise(one: ExerciseGrade) -> dict[str, Any]:
    if not one.is_checked:
        return {"exercise": one.exercise, "verdict": "by hand", "score": None, "max_score": one.max_score, "says": []}
    said = [line for part in one.parts for line in _part(part)] if one.parts else _lines(one)
    return {
        "exercise": one.exercise,
        "verdict": one.verdict,
        "score": round(one.score or 0.0, 2),
        "max_score": one.max_score,
        "says": said,
    }


def _part(part: PartGrade) -> list[str]:
    lines = _lines(part)
    if part.verdict == "correct" and not lines:
        return []
    first = lines[0] if lines else part.verdict
    return [first if first.startswith(part.part) else f"{part.part}: {first}", *lines[1:]]


def _lines(one: ExerciseGrade | PartGrade) -> list[str]:
    return [*one.message.splitlines(), *([one.pointed.says] if one.pointed else [])]
