"""Earlier grades of the assignments that a run does not grade, so that its reports still show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from autograder.grade.folder import OutFolder
from autograder.grade.release import Release, load_release
from autograder.grade.releases import read_releases
from autograder.grade.types import GradingError, SubmissionGrade

__all__ = ["OtherAssignments", "known_of_other_assignments"]


@dataclass(frozen=True)
class OtherAssignments:
    """What is known of other assignments.

    Args:
        releases: Their released notebooks.
        grades: Their grades.
        complaints: A line for each assignment that is left out.
    """

    releases: tuple[Release, ...]
    grades: tuple[SubmissionGrade, ...]
    complaints: tuple[str, ...]


def known_of_other_assignments(
    folder: OutFolder, submissions: Path, root: Path, chosen: Container[str]
) -> OtherAssignments:
    """Return what is known of assignments that are not chosen, where their submissions are still there.

    Args:
        folder: The output folder.
        submissions: The folder of the submissions.
        root: Folder of `course.toml`.
        chosen: The assignments of this run.
    """
    known: defaultdict[str, list[SubmissionGrade]] = defaultdict(list)
    for grade in folder.others(chosen):
        if (submissions / grade.student / grade.assignment).is_dir():
            known[grade.assignment].append(grade)
    releases, complaints = {}, []
    for name in sorted(known):
        try:
            releases[name] = load_release(name, read_releases([name], root)[name])
        except GradingError as error:
            complaints.append(f"{name} was graded before and is not in these reports: {error}.")
    grades = [grade for name in releases for grade in known[name]]
    return OtherAssignments(tuple(releases.values()), tuple(grades), tuple(complaints))
