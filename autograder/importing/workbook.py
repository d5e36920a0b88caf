"""What is in a handed-in notebook: the workbook that it is, and how much of it was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autograder.grade.file_names import workbook_called
from autograder.grade.read import Unreadable, read_notebook
from autograder.grade.release import Release
from autograder.grade.worked import exercises_in

__all__ = ["Looked", "look_into"]


@dataclass(frozen=True)
class Looked:
    """What a look into a file found.

    Args:
        assignment: The workbook that it is; empty if it is none of the course.
        done: Cells of exercises that are no longer as they were handed out.
        problem: Why it cannot be read; empty if it can.
        certain: Whether the content says which workbook it is, and not only the name.
    """

    assignment: str
    done: int = 0
    problem: str = ""
    certain: bool = False


def look_into(content: bytes, file_name: str, hint: str, releases: Mapping[str, Release], max_bytes: int) -> Looked:
    """Find out which workbook a file is.

    The cells decide; where they cannot be read, or none is known, the name does.

    Args:
        content: The file; untrusted.
        file_name: What the student called it.
        hint: The workbook that the path or the instructor names; empty if none.
        releases: The released notebooks.
        max_bytes: How large it may be.
    """
    called = workbook_called(file_name, releases) or (hint if hint in releases else "")
    try:
        cells, _ = read_notebook(content, max_bytes)
    except Unreadable as error:
        return Looked(called, problem=str(error))
    counts = {name: exercises_in(release, cells) for name, release in releases.items()}
    # The workbook that the name tells comes first among equals.
    best = max(counts, key=lambda name: (counts[name][0], name == called), default="")
    if not best or counts[best][0] == 0:
        return Looked(workbook_called(file_name, releases))
    return Looked(best, counts[best][1], certain=True)
