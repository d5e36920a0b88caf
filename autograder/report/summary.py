"""What a class page says in numbers: per assignment, per exercise, per misconception."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import median

from autograder.catalogue.answer import load_answer
from autograder.grade.types import ExerciseGrade, SubmissionGrade
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
    """How a class did in one exercise: verdicts from best to worst as (verdict, count, count of all better ones)."""

    exercise: str
    max_score: float
    mean: float
    solved: int
    total: int
    verdicts: tuple[tuple[str, int, int], ...]


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
    grades: tuple[SubmissionGrade, ...]
    median: float
    checked_max: float
    waiting: int
    unreadable: tuple[SubmissionGrade, ...]
    noted: tuple[SubmissionGrade, ...]
    flagged: tuple[SubmissionGrade, ...]
    pointed: tuple[SubmissionGrade, ...]
    slowest: tuple[SubmissionGrade, ...]
    bars: tuple[Bar, ...]
    exercises: tuple[ExerciseSummary, ...]
    mistakes: tuple[SeenMistake, ...]


def summarise(assignment: str, title: str, grades: Sequence[SubmissionGrade]) -> Summary:
    """Return an assignment in numbers.

    Args:
        assignment: Its name.
        title: Its title.
        grades: The grades of its submissions; at least one.
    """
    scores = [grade.checked_score for grade in grades]
    checked_max = max(grade.checked_max for grade in grades)
    return Summary(
        assignment,
        title,
        tuple(grades),
        median(scores),
        checked_max,
        sum(one.score is None for grade in grades for one in grade.exercises),
        tuple(grade for grade in grades if grade.problem),
        tuple(grade for grade in grades if grade.notes and not grade.problem),
        tuple(grade for grade in grades if grade.flagged),
        tuple(grade for grade in grades if grade.pointed),
        tuple(sorted(grades, key=lambda grade: (-grade.seconds, grade.student))[:SLOWEST]),
        histogram(scores, checked_max),
        _exercises(grades),
        _mistakes(grades),
    )


def histogram(scores: Sequence[float], highest: float) -> tuple[Bar, ...]:
    """Count scores in equal bins from 0 to `highest`; a full score falls into the last one."""
    bins = min(MAX_BINS, max(1, round(highest)))
    width = highest / bins if highest else 1.0
    counts = Counter(min(int(score / width + 1e-9), bins - 1) for score in scores)
    return tuple(Bar(width * i, width * (i + 1), counts[i]) for i in range(bins))


def _exercises(grades: Sequence[SubmissionGrade]) -> tuple[ExerciseSummary, ...]:
    by_name: defaultdict[str, list[ExerciseGrade]] = defaultdict(list)
    for grade in grades:
        for one in grade.checked:
            by_name[one.exercise].append(one)
    return tuple(_exercise(name, found) for name, found in by_name.items())


def _exercise(name: str, found: Sequence[ExerciseGrade]) -> ExerciseSummary:
    counts = Counter(one.verdict for one in found)
    present = [verdict for verdict in VERDICTS if counts[verdict]]
    better = [0, *accumulate(counts[verdict] for verdict in present)]
    return ExerciseSummary(
        name,
        found[0].max_score,
        sum(one.score or 0.0 for one in found) / len(found),
        sum(counts[verdict] for verdict in SOLVED),
        len(found),
        tuple((verdict, counts[verdict], before) for verdict, before in zip(present, better, strict=False)),
    )


def _mistakes(grades: Sequence[SubmissionGrade]) -> tuple[SeenMistake, ...]:
    students: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for grade in grades:
        for one in grade.checked:
            for name in dict.fromkeys(one.misconceptions if one.verdict not in SOLVED else ()):
                students[one.exercise, name].append(grade.student)
    ranked = sorted(students.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(SeenMistake(exercise, name, _says(exercise, name), tuple(who)) for (exercise, name), who in ranked)


def _says(exercise: str, name: str) -> str:
    known = [one for part in load_answer(exercise).parts for one in part.misconceptions]
    return next((" ".join(one.says) for one in known if one.ids == (name,)), "")
