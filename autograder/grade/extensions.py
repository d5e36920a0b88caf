"""`extensions.csv` in the folder of a class: who may hand in later, and by how many days."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite
from pathlib import Path

from rapidfuzz import fuzz, process

from autograder.grade.csv_table import read_table
from autograder.grade.types import GradingError
from autograder.grade.visible import visible

__all__ = ["FILE_NAME", "Extension", "Extensions", "read_extensions"]

FILE_NAME = "extensions.csv"
COLUMNS = ("student", "assignment", "days")
REASON = "reason"
MOST_DAYS = 366
# How alike names have to be for one to be offered in place of the other, in percent.
NEAR = 60


@dataclass(frozen=True)
class Extension:
    """A line of the file: who, for which assignment (empty for all), how much longer, and the number of the line."""

    student: str
    assignment: str
    longer: timedelta
    line: int


@dataclass(frozen=True)
class Extensions:
    """The extensions of a class.

    Args:
        path: The file, for messages.
        entries: Its lines; a student has at most one for an assignment, and one for all.
    """

    path: Path
    entries: tuple[Extension, ...] = ()

    def of(self, student: str, assignment: str) -> timedelta | None:
        """Return the extension of a student for this assignment, or the one for all; None if there is none."""
        mine = {one.assignment: one.longer for one in self.entries if one.student.casefold() == student.casefold()}
        return mine.get(assignment, mine.get(""))

    def unknown(self, students: Collection[str]) -> Iterator[str]:
        """Yield a line on everybody who has an extension and no submission.

        Args:
            students: Everybody who has handed in anything.
        """
        known = {student.casefold() for student in students}
        for one in self.entries:
            if one.student.casefold() not in known:
                near = _near(one.student, students)
                yield visible(
                    f"{self.path.name}, line {one.line}: {one.student!r} has not handed in anything{near or '.'}"
                )


def read_extensions(folder: Path, assignments: Collection[str]) -> Extensions:
    """Read `extensions.csv` in the folder of a class; without that file nobody has an extension.

    Args:
        folder: The folder of the class.
        assignments: The assignments of the course.

    Raises:
        GradingError: It cannot be used. The message names each wrong line and what would be right.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return Extensions(path)
    columns, rows, _ = read_table(path, "the list of extensions")
    plain = {column.casefold(): column for column in columns}
    _check_columns(path, plain)
    problems: list[str] = []
    entries: list[Extension] = []
    for number, row in rows:
        cells = {name: (row.get(plain[name]) or "").strip() for name in COLUMNS}
        found = list(_problems(cells, entries, assignments))
        problems += [f"  line {number}: {problem}" for problem in found]
        if not found:
            entries.append(Extension(cells["student"], cells["assignment"], timedelta(days=_days(cells)), number))
    if problems:
        raise GradingError("\n".join([f"{path} cannot be used:", *map(visible, problems)]))
    return Extensions(path, tuple(entries))


def _check_columns(path: Path, plain: Mapping[str, str]) -> None:
    missing = [name for name in COLUMNS if name not in plain]
    strange = sorted(set(plain) - {*COLUMNS, REASON})
    if missing or strange:
        found = visible(", ".join(plain.values()))
        raise GradingError(
            f"{path}, line 1: the columns are {found}; they have to be {', '.join(COLUMNS)}, and may have {REASON}"
        )


def _problems(cells: Mapping[str, str], earlier: Iterable[Extension], assignments: Collection[str]) -> Iterator[str]:
    if not cells["student"]:
        yield "there is no student; write the id that the gradebook has"
    if cells["assignment"] and cells["assignment"] not in assignments:
        near = _near(cells["assignment"], assignments)
        yield f"there is no assignment {cells['assignment']!r}{near}; an empty cell means all of them"
    try:
        _days(cells)
    except ValueError:
        yield f"days is {cells['days']!r}; it has to be a number from 0 to {MOST_DAYS}, as 2 or 0.5"
    who = cells["student"].casefold(), cells["assignment"]
    for one in earlier:
        if (one.student.casefold(), one.assignment) == who:
            yield f"{cells['student']!r} has an extension for the same in line {one.line}; keep one of them"


def _days(cells: Mapping[str, str]) -> float:
    """Return the number of days.

    Raises:
        ValueError: It is not a number, or out of range.
    """
    days = float(cells["days"].replace(",", "."))
    if not isfinite(days) or not 0 <= days <= MOST_DAYS:
        raise ValueError(days)
    return days


def _near(name: str, known: Collection[str]) -> str:
    found = process.extractOne(name, sorted(known), scorer=fuzz.ratio, score_cutoff=NEAR)
    return f"; did you mean {found[0]!r}?" if found else ""
