"""Gradescope: `/autograder/submission` in, `/autograder/results/results.json` out.

The format is the one that Gradescope publishes for autograders (gradescope-autograders.readthedocs.io, *Autograder
Specifications*). Scores are in the tests only: a sum beside them would take their place.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.places.answering import answer
from autograder.places.marked import Marked
from autograder.places.settings import Settings
from autograder.places.words import for_staff, is_right, overview, said

__all__ = ["main", "results"]

PLACE = Path("/autograder")


def results(marked: Marked, settings: Settings) -> dict[str, Any]:
    """Return what goes into `results.json`.

    One test per exercise that a check marks, and one that only instructors see. Marks by hand are left to the rubric.
    """
    tests: list[Mapping[str, Any]] = [
        {
            "name": one.exercise,
            "score": round(one.score or 0.0, 4),
            "max_score": round(one.max_score, 4),
            "status": "passed" if is_right(one) else "failed",
            "output": said(one),
            "output_format": "text",
            "visibility": settings.visibility,
        }
        for one in (marked.grade.checked if marked.grade else ())
    ]
    total = {} if tests else {"score": 0.0}
    staff = {
        "name": "For instructors: walls, seed and what to look at",
        "score": 0.0,
        "max_score": 0.0,
        "status": "failed" if marked.of_the_grader else "passed",
        "output": for_staff(marked),
        "output_format": "text",
        "visibility": "hidden",
    }
    return {
        **total,
        "execution_time": round(marked.seconds, 1),
        "output": overview(marked),
        "output_format": "text",
        "stdout_visibility": "hidden",
        "tests": [*tests, staff] if staff["output"] else tests,
    }


def main(place: Path = PLACE) -> None:
    """Grade what was handed in, and write `results.json` in any case."""
    answer(place / "submission", place / "results" / "results.json", results)


if __name__ == "__main__":
    main()
