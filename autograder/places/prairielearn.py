"""PrairieLearn's external grader: `/grade/student` in, `/grade/results/results.json` out.

The format is the one of PrairieLearn's documentation, *External Grading*. What cannot be graded is not gradable there,
and costs the student no attempt.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder.places.answering import answer
from autograder.places.marked import Marked
from autograder.places.settings import Settings
from autograder.places.words import for_staff, overview, said

__all__ = ["main", "results"]

PLACE = Path("/grade")


def results(marked: Marked, settings: Settings) -> dict[str, Any]:
    """Return what goes into `results.json`; the score is a share of the marks that checks can give.

    PrairieLearn shows fields that it knows. `instructors` is none of these.
    """
    grade = marked.grade
    if grade is None:
        return {
            "gradable": False,
            "format_errors": [marked.problem],
            "message": marked.problem,
            "instructors": for_staff(marked),
        }
    tests = [
        {
            "name": one.exercise,
            "points": round(one.score or 0.0, 4),
            "max_points": round(one.max_score, 4),
            "output": said(one),
        }
        for one in grade.checked
    ]
    return {
        "gradable": True,
        "score": round(grade.checked_score / grade.checked_max, 6) if grade.checked_max else 0.0,
        "message": overview(marked),
        "tests": tests,
        "instructors": for_staff(marked),
    }


def main(place: Path = PLACE) -> None:
    """Grade what was handed in, and write `results.json` in any case."""
    answer(place / "student", place / "results" / "results.json", results)


if __name__ == "__main__":
    main()
