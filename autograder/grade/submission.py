"""One submission from bytes to grades: read, rebuild, plan, run, judge. Nothing here touches a file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from autograder.grade.executed import executed_notebook
from autograder.grade.flags import read_code
from autograder.grade.judge import judge_run, no_grades
from autograder.grade.other_python import told_of_other_python, version_of
from autograder.grade.plan import plan
from autograder.grade.pointing import RunSteps, point_out
from autograder.grade.read import Unreadable, read_notebook, tidy
from autograder.grade.rebuild import rebuild
from autograder.grade.release import Release
from autograder.grade.sections import place_of
from autograder.grade.settings import Settings
from autograder.grade.types import Graded, Rebuilt, Submission, SubmissionGrade
from autograder.sandbox.types import RunResult

__all__ = ["failed", "grade_submission"]


def grade_submission(release: Release, submission: Submission, settings: Settings, run: RunSteps) -> Graded:
    """Grade one submission; whatever is wrong with it becomes a reason in the result.

    Args:
        release: The released notebook of its assignment.
        submission: The submission; untrusted.
        settings: Seed and limits.
        run: Runs steps behind walls.
    """
    start = time.perf_counter()
    try:
        graded = _evaluate(release, submission, settings, run)
    except Unreadable as error:
        graded = _nothing(release, submission, error)
    return replace(graded, grade=replace(graded.grade, seconds=round(time.perf_counter() - start, 3)))


def failed(release: Release, submission: Submission, reason: str) -> Graded:
    """Return zero for everything, because grading itself failed; the reason is for the instructor."""
    problem = f"Grading failed, which is no fault of this submission; start it again. ({tidy(reason, 300)})"
    return _nothing(release, submission, Unreadable(problem, "crashed"))


def _nothing(release: Release, submission: Submission, error: Unreadable) -> Graded:
    exercises = no_grades(release, error.verdict, str(error))
    grade = SubmissionGrade(
        student=submission.student,
        assignment=submission.assignment,
        file_name=submission.file_name,
        exercises=exercises,
        problem=str(error),
        notes=submission.notes,
        submitted_at=submission.submitted_at,
    )
    return Graded(grade, executed_notebook(release, release.cells, (), exercises))


def _evaluate(release: Release, submission: Submission, settings: Settings, run: RunSteps) -> Graded:
    if submission.problem:
        raise Unreadable(submission.problem, "not attempted")
    cells, damages = read_notebook(submission.content, settings.submission_bytes)
    rebuilt = rebuild(release, cells)
    reading = read_code(release, rebuilt, release.checked)
    planned = plan(rebuilt, settings.seed, submission.student, plain=reading.plain)
    result = run(planned.steps, settings.limits)
    version = version_of(submission.content)
    exercises = tuple(
        told_of_other_python(one, version, (cell.source for cell in rebuilt.cells if cell.exercise == one.exercise))
        for one in judge_run(release, rebuilt, reading, planned.inputs, result, settings.library_shares)
    )
    exercises = point_out(exercises, rebuilt, planned, result.seconds, settings.limits, run)
    failures = _given_cells_that_failed(rebuilt, result)
    grade = SubmissionGrade(
        student=submission.student,
        assignment=submission.assignment,
        file_name=submission.file_name,
        exercises=exercises,
        notes=(*submission.notes, *damages, *rebuilt.notes, *failures, *result.notes),
        isolation=result.isolation,
        submitted_at=submission.submitted_at,
    )
    return Graded(grade, executed_notebook(release, rebuilt.cells, result.cells, exercises))


def _given_cells_that_failed(rebuilt: Rebuilt, result: RunResult) -> Iterator[str]:
    """Name the given cells that failed, by a fault of the course or of a student's change: they hold no solution."""
    given = {cell.id for cell in rebuilt.cells if cell.role == "plain"}
    for cell in result.cells:
        if cell.id in given and cell.status != "ok":
            where = place_of(rebuilt.cells, cell.id)
            yield f"A given cell {where} did not finish: {tidy(cell.message, 200)}"
