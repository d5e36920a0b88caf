"""Feedback for a class, without grading anything: pages from what is known, and an archive that a platform takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course import load_course
from autograder.exporting.feedback_archive import Platform, pack_feedback
from autograder.grade.files import errors_for_people, write_all
from autograder.grade.folder import STATE, OutFolder, feedback_path, open_folder
from autograder.grade.releases import assignments_of
from autograder.grade.types import GradingError, SubmissionGrade
from autograder.importing.file_sorting import some
from autograder.marks.book import read_book
from autograder.report.feedback import feedback_pages
from autograder.report.sheet import Sheet, sheets_of

__all__ = ["FeedbackOrder", "FeedbackReport", "give_feedback"]

SUBMISSIONS = "submitted"


@dataclass(frozen=True)
class FeedbackOrder:
    """What feedback to give.

    Args:
        grading: The output folder of a grading run.
        root: Folder of `course.toml`.
        assignment: The only assignment; None for all that are graded.
        platform: Who is to take it; None to write pages only.
        submissions: The folder of the submissions; None for `submitted` in `grading`.
    """

    grading: Path
    root: Path
    assignment: str | None = None
    platform: Platform | None = None
    submissions: Path | None = None


@dataclass(frozen=True)
class FeedbackReport:
    """What was written: the number of pages, the archives, and a line for everything to look at."""

    pages: int
    archives: tuple[Path, ...]
    problems: tuple[str, ...]


def give_feedback(order: FeedbackOrder) -> FeedbackReport:
    """Write a page per student and assignment, from the grades that are known and the marks in the gradebook.

    Args:
        order: What feedback to give.

    Raises:
        GradingError: Nothing is graded, the gradebook cannot be used, the folder cannot be written to, or no page has
            a place in the archive that was asked for.
        CourseError: The course cannot be used.
    """
    course = load_course(order.root)
    wanted = assignments_of(course, order.assignment)
    if not (order.grading / STATE).is_dir():
        raise GradingError(f"nothing was graded in {order.grading}; give the folder of `autograder grade --out`")
    book = read_book(order.grading, course, wanted)
    with open_folder(order.grading, None) as folder:
        grades, problems = _known(folder, order, wanted)
        sheets = sheets_of(course, grades, book)
        if not sheets:
            raise GradingError(f"{order.grading} has no grades in {', '.join(wanted)}; run `autograder grade` first")
        with errors_for_people(order.grading):
            write_all(order.grading, feedback_pages(order.grading, sheets))
        archives, left = _pack(order, sheets) if order.platform else ((), ())
    return FeedbackReport(len(sheets), archives, (*problems, *_waiting(sheets), *book.above(), *left))


def _known(
    folder: OutFolder, order: FeedbackOrder, wanted: Sequence[str]
) -> tuple[list[SubmissionGrade], tuple[str, ...]]:
    """Return the grades of everybody whose submission is still there, and a line on the others."""
    submissions = order.submissions or order.grading / SUBMISSIONS
    grades = sorted(folder.last(), key=lambda grade: (grade.assignment, grade.student))
    grades = [grade for grade in grades if grade.assignment in wanted]
    if not submissions.is_dir():
        return grades, ()
    there = [grade for grade in grades if (submissions / grade.student / grade.assignment).is_dir()]
    gone = sorted({grade.student for grade in grades} - {grade.student for grade in there})
    line = f"not in {submissions} any more, so no page was written: {', '.join(gone)}; marks and old pages stay."
    return there, (line,) if gone else ()


def _waiting(sheets: Sequence[Sheet]) -> Iterator[str]:
    waiting: defaultdict[str, int] = defaultdict(int)
    for sheet in sheets:
        waiting[sheet.grade.assignment] += sum(row.points is None for row in sheet.rows)
    for assignment, count in waiting.items():
        if count:
            answers = "1 answer waits" if count == 1 else f"{count} answers wait"
            yield f"{assignment}: {answers} to be marked by hand, and the pages say so."


def _pack(order: FeedbackOrder, sheets: Sequence[Sheet]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    assert order.platform is not None
    submissions = order.submissions or order.grading / SUBMISSIONS
    archives: list[Path] = []
    left: list[str] = []
    for assignment in dict.fromkeys(sheet.grade.assignment for sheet in sheets):
        own = [sheet.grade for sheet in sheets if sheet.grade.assignment == assignment]
        pages = ((grade.student, (order.grading / feedback_path(grade)).read_bytes()) for grade in own)
        archive = pack_feedback(order.platform, assignment, pages, submissions)
        if archive.left:
            left.append(
                f"{assignment}: not in the archive, because no download of {order.platform} names them: "
                f"{', '.join(archive.left)}."
            )
        if archive.content:
            name = f"feedback-{order.platform}-{assignment}.zip"
            with errors_for_people(order.grading):
                write_all(order.grading, [(name, archive.content)])
            archives.append(order.grading / name)
    if not archives:
        raise GradingError(
            f"no hand-in in {submissions} came from a download of {order.platform} "
            f"({some([sheet.grade.student for sheet in sheets], 3)}); the pages are written. Import that download "
            "again with `autograder import`: what is there stays, and its names are kept"
        )
    return tuple(archives), tuple(left)
