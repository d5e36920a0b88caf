"""Three tables of the same marks: plain, for Canvas's gradebook, and for Moodle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from autograder.course import Course
from autograder.grade.types import GradingError
from autograder.importing.columns import GRADE, MAXIMUM, by_plain_name, first_of, participant_column
from autograder.importing.gradebook_ids import match_students
from autograder.importing.people import sortable
from autograder.importing.roster import Person, Roster
from autograder.marks.book import ClassBook
from autograder.report.cells import number

__all__ = ["Table", "canvas", "moodle", "plain"]

CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


@dataclass(frozen=True)
class Table:
    """What is exported.

    Args:
        course: The course.
        assignments: The assignments, in its order.
        book: The marks of the class.
        roster: The class; None if there is no roster.
    """

    course: Course
    assignments: Sequence[str]
    book: ClassBook
    roster: Roster | None = None

    @cached_property
    def students(self) -> Mapping[str, str]:
        """The id in the gradebook of everybody on the roster who has marks, by the id there."""
        if self.roster is None:
            return {}
        marked = {student for student, _ in self.book.marks}
        return {person.id: student for student, person in match_students(self.roster, marked).items()}

    @property
    def strangers(self) -> list[str]:
        """Those who have marks and are not on the roster, by id."""
        return sorted({student for student, _ in self.book.marks} - set(self.students.values()))

    @property
    def people(self) -> tuple[Person, ...]:
        """The roster, then those who are not on it but have marks, by id."""
        listed = self.roster.people if self.roster else ()
        names = ((student, self.book.name(student)) for student in self.strangers)
        return (*listed, *(Person(student, str(name), name.sortable) for student, name in names))

    def score(self, person: Person, assignment: str) -> float | None:
        """Return the marks of one person; None for what was not handed in."""
        found = self.book.marks.get((self.students.get(person.id, person.id), assignment))
        return None if found is None else found.score

    def cells(self, person: Person) -> list[str]:
        """Return the marks of one person; an empty cell for what was not handed in."""
        found = (self.score(person, name) for name in self.assignments)
        return ["" if score is None else number(score) for score in found]

    def most(self, assignment: str) -> float:
        """Return the marks that can be had: those of the workbook, less what was dropped."""
        return self.book.most[assignment]


def plain(table: Table) -> Iterator[list[str]]:
    """Yield the lines of a table with a line per student: marks per assignment, their sum, and what can be had."""
    yield ["student", "name", *table.assignments, "total", "maximum"]
    most = number(sum(map(table.most, table.assignments)))
    for person in table.people:
        scores = [table.score(person, name) or 0.0 for name in table.assignments]
        yield [person.id, person.name, *table.cells(person), number(sum(scores)), most]


def canvas(table: Table) -> Iterator[list[str]]:
    """Yield the lines that Canvas's gradebook imports.

    Its importer wants the columns of its own export (Student, ID, SIS User ID, SIS Login ID, Section), then one per
    assignment, called as there; and a line `Points Possible`. It finds students by ID, SIS ids, then name. An empty
    cell changes nothing.
    """
    yield [*CANVAS_COLUMNS, *(_canvas_column(name, table) for name in table.assignments)]
    yield ["    Points Possible", "", "", "", "", *(number(table.most(name)) for name in table.assignments)]
    for person in table.people:
        own = [person.row.get(column, "") for column in CANVAS_COLUMNS]
        if not own[0]:
            first, _, last = person.name.rpartition(" ")
            own = [person.sortable or sortable(first, last) or person.id, "", "", person.id, ""]
        yield [*own, *table.cells(person)]


def moodle(table: Table) -> Iterator[list[str]]:
    """Yield the lines that Moodle imports.

    With an assignment's grading worksheet as the roster it is that worksheet with marks in its column `Grade`, to be
    uploaded there. Else it is a table for "Import > CSV file" of the gradebook, where ID number and email tell who.

    Raises:
        GradingError: A worksheet is of one assignment, and there are several; or it gives other marks at most.
    """
    if table.roster and participant_column(by_plain_name(table.roster.columns)):
        yield from _worksheet(table, table.roster)
        return
    yield ["ID number", "First name", "Last name", "Email address", *table.assignments]
    for person in table.people:
        first, _, last = person.name.rpartition(" ")
        if person.sortable:
            last, _, first = (part.strip() for part in person.sortable.partition(","))
        email = next((value for kind, value in sorted(person.ids) if kind == "email"), "")
        yield [person.id, first, last, email, *table.cells(person)]


def _worksheet(table: Table, roster: Roster) -> Iterator[list[str]]:
    if len(table.assignments) != 1:
        raise GradingError("a grading worksheet of Moodle is of one assignment; name it with --assignment")
    (assignment,) = table.assignments
    most = table.most(assignment)
    plain = by_plain_name(roster.columns)
    grade, maximum = first_of(plain, GRADE), first_of(plain, MAXIMUM)
    yield list(roster.columns)
    for person in roster.people:
        row = {column: person.row.get(column, "") for column in roster.columns}
        if not _is(row[maximum], most):
            raise GradingError(
                f"the worksheet gives {row[maximum]} marks at most, and {assignment} {number(most)}; "
                "change the maximum grade of the assignment in Moodle and download the worksheet again"
            )
        (score,) = table.cells(person)
        yield list({**row, grade: score or row[grade]}.values())


def _is(text: str, value: float) -> bool:
    found = re.fullmatch(r"\s*(\d+)(?:[.,](\d*))?\s*", text)
    return not text.strip() or (found is not None and float(f"{found[1]}.{found[2] or 0}") == value)


def _canvas_column(assignment: str, table: Table) -> str:
    """Return what Canvas calls an assignment, if its export says so: `Title (12345)`."""
    wanted = {assignment.casefold(), table.course.workbooks[assignment].title.casefold()}
    for column in table.roster.columns if table.roster else ():
        if re.sub(r"\s*\(\d+\)$", "", column).strip().casefold() in wanted:
            return column
    return assignment
