"""Grades in words and numbers, the same in tables, pages and notebooks."""

from __future__ import annotations

from textwrap import wrap

from autograder.grade.types import BY_HAND, ExerciseGrade, PartGrade

__all__ = ["SYMBOLS", "VERDICTS", "decimals", "marks", "reasons", "text_of"]

# Formgrader cuts off what is longer.
WIDTH = 100
# From the best to the worst, as the pages list them.
VERDICTS = ("correct", "variant", "misconception", "wrong", "error", "timeout", "crashed", "not attempted", BY_HAND)
SYMBOLS = {
    "correct": "✓",
    "variant": "✓",
    "misconception": "◐",
    "wrong": "✗",
    "error": "!",
    "timeout": "∞",
    "crashed": "↯",
    "not attempted": "–",
    BY_HAND: "…",
}


def marks(value: float | None) -> str:
    """Return a number of marks as short as possible; a dash while there is none."""
    return "–" if value is None else f"{round(value, 2):g}"


def decimals(value: float | None) -> str:
    """Return a share or a correlation with two decimals; a dash while there is none."""
    return "–" if value is None else f"{value:.2f}"


def reasons(grade: ExerciseGrade) -> list[str]:
    """Return what a student reads about an exercise: a reason, and one number of each side; no answers."""
    if not grade.parts:
        return _said(grade)
    lines = []
    for part in grade.parts:
        said = _said(part)
        lines.append(f"{part.part} ({part.verdict}, {marks(part.score)} of {marks(part.max_score)})" + ":" * bool(said))
        lines += said
    return lines


def text_of(grade: ExerciseGrade) -> str:
    """Return the plain text that stands below a check cell of a graded notebook."""
    from course_utils.checks.text import MARKS  # numpy and all checks, which tables and pages do not need

    mark = next((mark for verdict, mark in MARKS.items() if verdict == grade.verdict), "[by hand]")
    first = f"{mark} {grade.exercise}: {marks(grade.score)} of {marks(grade.max_score)}"
    lines = [part for line in reasons(grade) for part in _folded(line)]
    return "\n".join([first, *lines]) + "\n"


def _folded(line: str) -> list[str]:
    return wrap(line, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def _said(grade: ExerciseGrade | PartGrade) -> list[str]:
    numbers = [f"{e.where}: yours {e.got}, expected {e.expected}" for e in grade.evidence]
    line = [grade.pointed.says] if grade.pointed else []
    words = [grade.pattern.words] if grade.pattern else []
    return [*grade.message.splitlines(), *line, *numbers, *words]
