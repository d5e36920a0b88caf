"""How hard an exercise is, and how well it tells apart who knows the rest of the workbook."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import StatisticsError, correlation

__all__ = ["FEWEST", "difficulty", "discrimination"]

# With fewer students, a correlation says nothing.
FEWEST = 5


def difficulty(scores: Sequence[float], most: float) -> float | None:
    """Return the share of the marks that a class did not earn: 0 if everybody has all, 1 if nobody has any.

    It is 1 - p, with the item difficulty index p = mean / maximum (Crocker and Algina 1986, chapter 14).

    Args:
        scores: Marks of the students in the exercise.
        most: The marks that can be had.

    Returns:
        The difficulty; None where nobody has a mark, or none can be had.
    """
    return 1 - sum(scores) / len(scores) / most if scores and most else None


def discrimination(scores: Sequence[float], totals: Sequence[float]) -> float | None:
    """Return the correlation of the marks in an exercise with those in the rest of the workbook, from -1 to 1.

    It is r(x, T - x), the item-total correlation without the part that an item has in its total (Henrysson 1963,
    Psychometrika 28, 211-218).

    Args:
        scores: Marks x of the students in the exercise.
        totals: Marks T of the same students in the workbook, the exercise included.

    Returns:
        The correlation; None for fewer than five students, or where one of the two is the same for all.
    """
    if len(scores) < FEWEST:
        return None
    try:
        return correlation(scores, [total - score for score, total in zip(scores, totals, strict=True)])
    except StatisticsError:
        return None
