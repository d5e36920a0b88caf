"""An export from end to end: read the gradebook, lay out the table, write it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autograder.course import load_course
from autograder.exporting.formats import Table, canvas, moodle, plain
from autograder.grade.files import errors_for_people, write_all
from autograder.grade.releases import assignments_of
from autograder.grade.types import GradingError
from autograder.importing.file_sorting import some
from autograder.importing.roster import read_roster
from autograder.marks.book import ClassBook, Marks, read_book
from autograder.report.cells import as_csv, number

__all__ = ["ExportOrder", "ExportReport", "Format", "export_grades"]

Format = Literal["plain", "canvas", "moodle"]
FORMATS: Mapping[Format, Callable[[Table], Iterator[list[str]]]] = {"plain": plain, "canvas": canvas, "moodle": moodle}


@dataclass(frozen=True)
class ExportOrder:
    """What to export, and where to.

    Args:
        results: The output folder of a grading run, or a gradebook.
        out: The file to write.
        root: Folder of `course.toml`.
        format: Who is to read it.
        assignment: The only assignment; None for all that have marks.
        roster: A csv of the class, best the platform's own export; None if there is none.
    """

    results: Path
    out: Path
    root: Path
    format: Format = "plain"
    assignment: str | None = None
    roster: Path | None = None


@dataclass(frozen=True)
class ExportReport:
    """What was exported: the students with marks, and a line for everything to look at."""

    students: int
    assignments: tuple[str, ...]
    problems: tuple[str, ...]


def export_grades(order: ExportOrder) -> ExportReport:
    """Write the grades of a class as a table.

    Args:
        order: What to export, and where to.

    Raises:
        GradingError: There are no marks, the roster cannot be used, or the file cannot be written.
        CourseError: The course cannot be used.
    """
    if order.out.suffix.lower() != ".csv":
        raise GradingError(f"{order.out} is not called .csv; give another file with --out")
    course = load_course(order.root)
    wanted = assignments_of(course, order.assignment)
    book = read_book(order.results, course, wanted)
    if not book.marks:
        raise GradingError(f"{order.results} has no marks in {', '.join(wanted)}; run `autograder grade` first")
    roster = read_roster(order.roster) if order.roster else None
    if order.roster and order.out.exists() and order.out.samefile(order.roster):
        raise GradingError(f"{order.out} is the roster; give another file with --out")
    present = {assignment for _, assignment in book.marks}
    assignments = tuple(name for name in course.assignments if name in present)
    table = Table(course, assignments, book, roster)
    if roster and not table.students:
        raise GradingError(
            f"nobody in {order.roster} has marks: the gradebook knows {some(table.strangers, 3)}, "
            f"and the roster {some([person.id for person in roster.people], 3)}; give the roster of this class"
        )
    content = as_csv(FORMATS[order.format](table))
    with errors_for_people(order.out.parent):
        write_all(order.out.parent, [(order.out.name, content)])
    return ExportReport(len({student for student, _ in book.marks}), assignments, tuple(_problems(book, table)))


def _answers(count: int) -> str:
    return "1 answer waits to be" if count == 1 else f"{count} answers wait to be"


def _problems(book: ClassBook, table: Table) -> Iterator[str]:
    for assignment in table.assignments:
        own = [one for one in book.marks.values() if one.assignment == assignment]
        if waiting := sum(one.waiting for one in own):
            yield f"{assignment}: {_answers(waiting)} marked by hand, and count 0."
        for one in own:
            if one.again:
                yield (
                    f"{assignment}, {one.student}: {_answers(one.again)} looked at again in formgrader, under Manual "
                    "Grading: graded again after it was marked by hand."
                )
        yield from _lateness(assignment, own)
    yield from book.exceptions()
    yield from book.above()
    for student in table.strangers if table.roster else ():
        yield f"{student} has marks and is not on the roster."


def _lateness(assignment: str, marks: Sequence[Marks]) -> Iterator[str]:
    """Yield a sentence on what lateness took, with the names of those it took marks from."""
    taken = [f"{one.student} {number(one.penalty)}" for one in marks if one.penalty]
    if taken:
        yield f"{assignment}: marks taken for lateness: {', '.join(taken)}."
