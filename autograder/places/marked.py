"""What became of one submission, whichever place it came from: its grade, or a sentence why there is none."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from autograder.course import CourseError, find_root, load_course
from autograder.grade.release import load_release
from autograder.grade.releases import read_releases
from autograder.grade.types import GradingError, SubmissionGrade
from autograder.places.handed_in import NothingToGrade, notebook_in
from autograder.places.settings import Settings

__all__ = ["FAILED", "NOT_FINISHED", "Marked", "mark_folder"]

FAILED = "Grading failed, which is no fault of what you handed in. Hand in again later, or tell your instructors."


@dataclass(frozen=True)
class Marked:
    """What became of a submission.

    Args:
        grade: Its grade; None if there is none.
        problem: Why there is no grade, in words for the student; empty if there is one.
        of_the_grader: Whether that is no fault of the submission.
        notes: What a student should know of the file.
        staff: Lines for instructors only.
        seconds: How long it took.
    """

    grade: SubmissionGrade | None = None
    problem: str = ""
    of_the_grader: bool = False
    notes: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    seconds: float = 0.0


# What is written before anything else, so that whoever ends the container leaves a sentence behind.
NOT_FINISHED = Marked(problem=f"Grading did not come to its end. {FAILED}", of_the_grader=True)


def mark_folder(folder: Path, settings: Settings) -> Marked:
    """Grade what lies in a folder, on fresh inputs, in a process of its own. Never raises because of what lies there.

    Args:
        folder: What was handed in; untrusted.
        settings: What the package was made for.
    """
    start = time.monotonic()
    try:
        course, root = load_course(), find_root()
        release = load_release(settings.workbook, read_releases([settings.workbook], root)[settings.workbook])
        handed_in = notebook_in(folder, release, course.limits.submission_bytes)
    except NothingToGrade as error:
        return Marked(problem=str(error), seconds=time.monotonic() - start)
    except (GradingError, CourseError) as error:
        return Marked(problem=FAILED, of_the_grader=True, staff=(str(error),))
    with tempfile.TemporaryDirectory(prefix="handed-in-") as private:
        notebook = Path(private, f"{settings.workbook}.ipynb")
        notebook.write_bytes(handed_in.content)
        status, printed, complaints = _run(notebook, settings)
    seconds = time.monotonic() - start
    if status is None:
        return Marked(
            problem=f"Grading did not come to its end within {settings.limit_s:g} s. Does a cell train for long?",
            seconds=seconds,
        )
    try:
        record = json.loads(printed)
        grade = None if "error" in record else SubmissionGrade.from_json(json.dumps(record))
    except ValueError:
        record, grade = {"error": f"it ended with status {status}: {complaints[-2000:]}"}, None
    if grade is None or status != 0:
        reason = record.get("error") or record["problem"]
        return Marked(problem=FAILED, of_the_grader=True, staff=(reason,), seconds=seconds)
    staff = (f"Walls: {grade.isolation or 'nothing was run'}.", f"Seed of the hidden inputs: {record['seed']}.")
    return Marked(grade, notes=(*handed_in.notes, *grade.notes), staff=staff, seconds=seconds)


def _run(notebook: Path, settings: Settings) -> tuple[int | None, str, str]:
    """Return the status of `autograder one`, None if it took too long, and what it printed."""
    command = [sys.executable, "-P", "-m", "autograder", "one", str(notebook), "--workbook", settings.workbook]
    walls = ["--weak-walls"] if settings.weak_walls and os.geteuid() == 0 else []
    process = subprocess.Popen(
        [*command, "--json", *walls],
        cwd=find_root(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        printed, complaints = process.communicate(timeout=settings.limit_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None, "", ""
    return process.returncode, printed, complaints
