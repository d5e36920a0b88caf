"""Earlier terms, as their `report.json` tells of them: how hard each exercise was then, and how a class did."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from autograder.grade.types import GradingError
from autograder.grade.visible import visible
from autograder.report.item_analysis import difficulty

__all__ = ["EarlierTerm", "read_earlier"]


@dataclass(frozen=True)
class EarlierTerm:
    """A term that is over.

    Args:
        name: The folder of its report.
        difficulties: How hard each exercise was, by name of the gradebook's cell.
        medians: The median share of the marks, by assignment.
        submissions: How many handed in, by assignment.
    """

    name: str
    difficulties: Mapping[str, float]
    medians: Mapping[str, float]
    submissions: Mapping[str, int]


def read_earlier(path: Path, course: str) -> EarlierTerm:
    """Read a report of an earlier term.

    Args:
        path: The `report.json`, or the folder that it lies in.
        course: Id of this course.

    Raises:
        GradingError: It cannot be read, is not a report of grading, or belongs to another course.
    """
    file = path / "report.json" if path.is_dir() else path
    advice = "give the report.json of an earlier term"
    try:
        report = json.loads(file.read_bytes())
        found = str(report["course"])
        name = visible(file.resolve().parent.name)
        term = _term(name, report["submissions"])
    except OSError as error:
        raise GradingError(f"{file} cannot be read ({error.strerror}); {advice}") from error
    except (ValueError, TypeError, KeyError, AttributeError, ZeroDivisionError) as error:
        raise GradingError(f"{file} is not a report of `autograder grade`; {advice}") from error
    if found != course:
        raise GradingError(f"{file} is of another course ({visible(found)}, not {course}); leave it out")
    return term


def _term(name: str, submissions: list[dict[str, Any]]) -> EarlierTerm:
    scores: defaultdict[str, list[float]] = defaultdict(list)
    most: dict[str, float] = {}
    shares: defaultdict[str, list[float]] = defaultdict(list)
    for one in submissions:
        by_hand = {answer["question"]: answer["points"] for answer in one.get("by_hand", ())}
        # A report without marks by hand knows of these only that nothing was answered.
        told = [each for each in one["exercises"] if "by_hand" in one or each["grade_id"].startswith("check-")]
        earned = [(each, by_hand.get(each["grade_id"], each["score"])) for each in told]
        for each, points in earned:
            most[each["grade_id"]] = float(each["max_score"])
            if points is not None:
                scores[each["grade_id"]].append(float(points))
        known = [(float(points), float(each["max_score"])) for each, points in earned if points is not None]
        if possible := sum(maximum for _, maximum in known):
            shares[one["assignment"]].append(sum(points for points, _ in known) / possible)
    hard = {cell: difficulty(points, most[cell]) for cell, points in scores.items()}
    return EarlierTerm(
        name,
        {cell: value for cell, value in hard.items() if value is not None},
        {assignment: median(values) for assignment, values in shares.items()},
        {assignment: len(values) for assignment, values in shares.items()},
    )
