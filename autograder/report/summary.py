"""What a class page says in numbers: per assignment, per exercise, per misconception."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import median

from autograder.catalogue.words import words_of
from autograder.grade.types import ExerciseGrade, SubmissionGrade
from autograder.report.item_analysis import difficulty, discrimination
from autograder.report.sheet import Row, Sheet
from autograder.report.words import VERDICTS

__all__ = ["Bar", "ExerciseSummary", "SeenMistake", "Summary", "histogram", "summarise"]

MAX_BINS = 10
SOLVED = ("correct", "variant")
SLOWEST = 5


@dataclass(frozen=True)
class Bar:
    """A bar of the distribution: scores from `low` to below `high` (the last one up to `high`), and how many."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class ExerciseSummary:
    """How a class did in one exercise.

    Args:
        id: Name of the gradebook's cell.
        label: The exercise, and whether it is a part in words.
        is_checked: Whether a check marks it.
        max_score: The marks that can be had.
        mean: Mean of the marks that were given; None while there are none.
        marked: How many have a mark.
        total: How many handed in.
        solved: How many a check found right.
        verdicts: From best to worst as (verdict, count, count of all better ones); empty where a person marks.
        difficulty: The share of the marks that was not earned.
        discrimination: The correlation with the rest of the workbook.
    """

    id: str
    label: str
    is_checked: bool
    max_score: float
    mean: float | None
    marked: int
    total: int
    solved: int
    verdicts: tuple[tuple[str, int, int], ...]
    difficulty: float | None
    discrimination: float | None


@dataclass(frozen=True)
class SeenMistake:
    """A misconception of a class: what it is, and who has it."""

    exercise: str
    id: str
    says: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """An assignment in numbers."""

    assignment: str
    title: str
    sheets: tuple[Sheet, ...]
    median: float
    most: float
    waiting: int
    unreadable: tuple[SubmissionGrade, ...]
    noted: tuple[SubmissionGrade, ...]
    flagged: tuple[SubmissionGrade, ...]
    pointed: tuple[SubmissionGrade, ...]
    slowest: tuple[SubmissionGrade, ...]
    bars: tuple[Bar, ...]
    exercises: tuple[ExerciseSummary, ...]
    mistakes: tuple[SeenMistake, ...]


def summarise(sheets: Sequence[Sheet]) -> Summary:
    """Return an assignment in numbers.

    Args:
        sheets: The marks of its submissions; at least one.
    """
    scores = [sheet.marks.score for sheet in sheets]
    grades = [sheet.grade for sheet in sheets]
    return Summary(
        assignment=grades[0].assignment,
        title=sheets[0].title,
        sheets=tuple(sheets),
        median=median(scores),
        most=sheets[0].most,
        waiting=sum(row.points is None for sheet in sheets for row in sheet.rows),
        unreadable=tuple(grade for grade in grades if grade.problem),
        noted=tuple(grade for grade in grades if grade.notes and not grade.problem),
        flagged=tuple(grade for grade in grades if grade.flagged),
        pointed=tuple(grade for grade in grades if grade.pointed),
        slowest=tuple(sorted(grades, key=lambda grade: (-grade.seconds, grade.student))[:SLOWEST]),
        bars=histogram(scores, sheets[0].most),
        exercises=_exercises(sheets),
        mistakes=_mistakes(grades),
    )


def histogram(scores: Sequence[float], highest: float) -> tuple[Bar, ...]:
    """Count scores in equal bins from 0 to `highest`; a full score, and one with extra credit, falls into the last."""
    bins = min(MAX_BINS, max(1, round(highest)))
    width = highest / bins if highest else 1.0
    counts = Counter(min(int(score / width + 1e-9), bins - 1) for score in scores)
    return tuple(Bar(width * i, width * (i + 1), counts[i]) for i in range(bins))


def _exercises(sheets: Sequence[Sheet]) -> tuple[ExerciseSummary, ...]:
    by_id: defaultdict[str, list[tuple[Row, Sheet]]] = defaultdict(list)
    for sheet in sheets:
        for row in sheet.rows:
            by_id[row.grade.grade_id].append((row, sheet))
    return tuple(_exercise(found) for found in by_id.values())


def _exercise(found: Sequence[tuple[Row, Sheet]]) -> ExerciseSummary:
    first, _ = found[0]
    marked = [(row.points, sheet.marks.earned) for row, sheet in found if row.points is not None]
    scores, totals = [score for score, _ in marked], [total for _, total in marked]
    verdicts = _verdicts([row.grade for row, _ in found]) if first.grade.is_checked else ()
    return ExerciseSummary(
        id=first.grade.grade_id,
        label=first.label,
        is_checked=first.grade.is_checked,
        max_score=first.max_points,
        mean=sum(scores) / len(scores) if scores else None,
        marked=len(scores),
        total=len(found),
        solved=sum(count for verdict, count, _ in verdicts if verdict in SOLVED),
        verdicts=verdicts,
        difficulty=difficulty(scores, first.max_points),
        discrimination=discrimination(scores, totals),
    )


def _verdicts(grades: Sequence[ExerciseGrade]) -> tuple[tuple[str, int, int], ...]:
    counts = Counter(one.verdict for one in grades)
    present = [verdict for verdict in VERDICTS if counts[verdict]]
    better = [0, *accumulate(counts[verdict] for verdict in present)]
    return tuple((verdict, counts[verdict], before) for verdict, before in zip(present, better, strict=False))


def _mistakes(grades: Sequence[SubmissionGrade]) -> tuple[SeenMistake, ...]:
    students: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for grade in grades:
        for one in grade.checked:
            for name in dict.fromkeys(one.misconceptions if one.verdict not in SOLVED else ()):
                students[one.exercise, name].append(grade.student)
    ranked = sorted(students.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(SeenMistake(exercise, name, words_of(exercise, name), tuple(who)) for (exercise, name), who in ranked)
