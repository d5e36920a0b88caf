"""GitHub Actions: a folder in, a table for the summary of the run, and the points for GitHub Classroom out.

`python -m autograder.places.github FOLDER`, in a step of a workflow. The table is added to `$GITHUB_STEP_SUMMARY`; the
output `result` is what Classroom's `autograding-grading-reporter` reads: JSON in base64 with the scores of all tests.
"""

from __future__ import annotations

import base64
import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.course import find_root
from autograder.places.answering import mark_in_any_case
from autograder.places.marked import Marked
from autograder.places.settings import read_settings
from autograder.places.words import for_staff, is_right, overview, said
from autograder.report.words import SYMBOLS, marks

__all__ = ["main", "points", "summary"]

# What Markdown or HTML would take for something else than text.
SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-!|~&])")
FENCE = "~~~~~~~~"


def summary(marked: Marked) -> str:
    """Return the table and what is said of each exercise, as Markdown in which nothing of a student's is markup."""
    lines = [_escaped(line) + "  " for line in overview(marked).splitlines()]
    if marked.grade is None:
        return "\n".join(lines) + "\n"
    lines += ["", "| exercise | result | marks |", "|---|---|---:|"]
    for one in marked.grade.checked:
        result = f"{SYMBOLS[one.verdict]} {one.verdict}"
        lines.append(f"| `{one.exercise}` | {result} | {marks(one.score)} / {marks(one.max_score)} |")
    for one in marked.grade.checked:
        if not is_right(one):
            lines += ["", FENCE, said(one).replace("~", "\u223c").rstrip(), FENCE]
    return "\n".join(lines) + "\n"


def points(marked: Marked) -> dict[str, Any]:
    """Return the results for GitHub Classroom, which adds up the scores of the tests."""
    checked = marked.grade.checked if marked.grade else ()
    right = bool(checked) and all(map(is_right, checked))
    tests: list[Mapping[str, Any]] = [
        {
            "name": one.exercise,
            "status": "pass" if is_right(one) else "fail",
            "score": round(one.score or 0.0, 4),
            "message": said(one),
            "line_no": 0,
            "execution_time": f"{one.seconds:.1f}s",
        }
        for one in checked
    ]
    status = "error" if marked.grade is None else "pass" if right else "fail"
    most = round(sum(one.max_score for one in checked), 4)
    return {"version": 1, "status": status, "max_score": most, "tests": tests}


def main(folder: Path) -> int:
    """Grade a checked-out repository; return 1 if grading itself failed."""
    marked = mark_in_any_case(folder, read_settings(find_root()))
    _append("GITHUB_STEP_SUMMARY", summary(marked))
    encoded = base64.b64encode(json.dumps(points(marked)).encode()).decode()
    _append("GITHUB_OUTPUT", f"result={encoded}\n")
    print(overview(marked))
    if marked.of_the_grader:
        print(for_staff(marked), file=sys.stderr)
    return int(marked.of_the_grader)


def _append(variable: str, text: str) -> None:
    if path := os.environ.get(variable):
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)


def _escaped(line: str) -> str:
    return SPECIAL.sub(r"\\\1", line)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
