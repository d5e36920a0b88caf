"""One exercise of a submission again, after its answer or a tolerance was corrected; all else stays as it was."""

from __future__ import annotations

from dataclasses import replace

from autograder.grade.earlier_grades import Earlier
from autograder.grade.executed import marked_again
from autograder.grade.flags import read_code
from autograder.grade.judge import judge_run
from autograder.grade.plan import plan
from autograder.grade.pointing import RunSteps, point_out
from autograder.grade.read import read_notebook
from autograder.grade.rebuild import rebuild
from autograder.grade.release import Release
from autograder.grade.settings import Settings
from autograder.grade.types import Graded, Submission

__all__ = ["regrade_submission"]


def regrade_submission(
    release: Release, submission: Submission, settings: Settings, run: RunSteps, earlier: Earlier
) -> Graded:
    """Grade one exercise again and put it into the earlier grades, and into the graded notebook.

    Args:
        release: The released notebook of its assignment.
        submission: The submission; untrusted.
        settings: Seed and limits.
        run: Runs steps behind walls.
        earlier: Grades of the same file; what could not be read then stays unread.
    """
    known = earlier.grade
    if known.problem:
        return Graded(known, earlier.notebook)
    cells, _ = read_notebook(submission.content, settings.submission_bytes)
    rebuilt = rebuild(release, cells)
    reading = read_code(release, rebuilt, [earlier.exercise])
    planned = plan(rebuilt, settings.seed, submission.student, earlier.exercise, reading.plain)
    result = run(planned.steps, settings.limits)
    grades = judge_run(release, rebuilt, reading, planned.inputs, result, settings.library_shares)
    marked = tuple(one for one in grades if one.is_checked)
    (fresh,) = point_out(marked, rebuilt, planned, result.seconds, settings.limits, run)
    exercises = tuple(fresh if one.grade_id == fresh.grade_id else one for one in known.exercises)
    grade = replace(known, exercises=exercises, isolation=result.isolation)
    return Graded(grade, marked_again(earlier.notebook, fresh))
