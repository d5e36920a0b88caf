"""`course.toml`: the workbooks of the course and the marks of every exercise, checked when it is read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from autograder.late_policy import LatePolicy

__all__ = [
    "FILE_NAME",
    "NOTEBOOKS",
    "Course",
    "CourseError",
    "Identity",
    "Limits",
    "Points",
    "Serve",
    "Workbook",
    "find_root",
    "load_course",
    "place_in_course",
]

FILE_NAME = "course.toml"
# The folder of the released notebooks, below that of the course.
NOTEBOOKS = "notebooks"
WORKBOOK = re.compile(r"\d\d_[a-z][a-z0-9_]*")
EXERCISE = re.compile(r"[a-z][a-z0-9_]*")
# The head of a table, and the name of an entry.
HEAD = re.compile(r"\s*\[([^\[\]]+)\]")
KEY = re.compile(r"""\s*([\w-]+|"[^"]*"|'[^']*')\s*=""")

Marks = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]


class CourseError(Exception):
    """`course.toml` cannot be used; the message names the file, each entry and what is wrong with it."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Identity(_Record):
    """Who the course is: its id in nbgrader's gradebook, its title, and where students find it.

    Args:
        id: Name of the course in nbgrader's gradebook.
        title: Its title.
        repository: GitHub's `owner/name` of the published student edition; empty if there is none.
        branch: Branch of that repository.
        service: Address of the service that takes hand-ins, for the last cell of every notebook; empty if there is
            none, or where the environment variable `COURSE_SERVICE` tells it.
    """

    id: str
    title: str
    repository: Annotated[str, Field(pattern=r"^([\w.-]+/[\w.-]+)?$")] = ""
    branch: Annotated[str, Field(pattern=r"^[\w.-]+(/[\w.-]+)*$")] = "main"
    service: Annotated[str, Field(pattern=r"^(https?://[\w.:/~-]+)?$")] = ""


class ExerciseLimits(_Record):
    """What one exercise may use in place of what the course says: seconds per solution cell, and per probe."""

    cell_s: Positive | None = None
    probe_s: Positive | None = None


class Limits(_Record):
    """What one submission may use: seconds per solution cell, per probe and together, bytes; and by exercise."""

    cell_s: Positive = 20.0
    probe_s: Positive = 10.0
    total_s: Positive = 120.0
    submission_bytes: Annotated[int, Field(gt=0)] = 20_000_000
    exercises: Mapping[str, ExerciseLimits] = {}


class Points(_Record):
    """The marks of an exercise: `auto` from its check, `manual` by hand. A plain number is `auto`.

    Args:
        auto: Marks of the check.
        manual: Marks by hand.
        library: The share of `auto` that is left, from 0 to 1, where the exercise asks to write by hand what the code
            takes from a library. With 1, such code is shown to the instructor and costs nothing.
    """

    auto: Marks = 0.0
    manual: Marks = 0.0
    library: Annotated[float, Field(ge=0, le=1)] = 1.0

    @model_validator(mode="before")
    @classmethod
    def _plain_number(cls, value: Any) -> Any:
        return {"auto": value} if isinstance(value, int | float) and not isinstance(value, bool) else value

    @model_validator(mode="after")
    def _something_to_earn(self) -> Points:
        if self.total == 0:
            raise ValueError("an exercise needs points: a number, or { auto = N, manual = M }")
        return self

    @property
    def total(self) -> float:
        """All marks of the exercise."""
        return self.auto + self.manual


class Workbook(_Record):
    """One workbook: its title, and the marks of its exercises in the order of the text; there may be none."""

    title: str
    points: Mapping[str, Points] = {}

    @field_validator("points")
    @classmethod
    def _ids(cls, points: Mapping[str, Points]) -> Mapping[str, Points]:
        _check_names(points, EXERCISE, "an exercise id is lower case, words joined by underscores")
        return points

    @property
    def total(self) -> float:
        """All marks of the workbook."""
        return sum(points.total for points in self.points.values())


class Serve(_Record):
    """How the service that takes hand-ins treats people.

    Args:
        verdicts_per_day: How many verdicts a student gets per day; further hand-ins count, without a verdict.
        hand_ins_per_hour: How often a student may hand in within an hour.
        time_zone: Where a day begins at midnight, as in `"Europe/Berlin"`.
        staff: Names of those who see the live view.
        staff_groups: Groups of JupyterHub whose members see it.
    """

    verdicts_per_day: Annotated[int, Field(ge=0)] = 5
    hand_ins_per_hour: Annotated[int, Field(gt=0)] = 20
    time_zone: str = "UTC"
    staff: tuple[str, ...] = ()
    staff_groups: tuple[str, ...] = ("instructors",)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ValueError, OSError, ZoneInfoNotFoundError) as error:
            raise ValueError(f'{zone!r} is no time zone; write it as in "Europe/Berlin"') from error
        return zone


class Course(_Record):
    """The whole of `course.toml`."""

    course: Identity
    limits: Limits = Limits()
    late: LatePolicy = LatePolicy()
    serve: Serve = Serve()
    workbooks: Mapping[str, Workbook]

    @field_validator("workbooks")
    @classmethod
    def _names(cls, workbooks: Mapping[str, Workbook]) -> Mapping[str, Workbook]:
        _check_names(workbooks, WORKBOOK, "a workbook's name is two digits and a topic, as in 02_optimizers")
        owner: dict[str, str] = {}
        for name, workbook in workbooks.items():
            for exercise in workbook.points:
                if owner.setdefault(exercise, name) != name:
                    raise ValueError(f"exercise {exercise!r} stands in {owner[exercise]} and in {name}")
        return workbooks

    @model_validator(mode="after")
    def _limits_of_exercises(self) -> Course:
        unknown = sorted(set(self.limits.exercises) - set(self.points))
        if unknown:
            raise ValueError(f"limits.exercises names {', '.join(unknown)}, which no workbook has")
        return self

    @property
    def assignments(self) -> tuple[str, ...]:
        """The workbooks that have exercises; the others are built, but nobody hands them in."""
        return tuple(name for name, workbook in self.workbooks.items() if workbook.points)

    @property
    def points(self) -> dict[str, Points]:
        """The marks of every exercise of the course, by id."""
        return {exercise: points for book in self.workbooks.values() for exercise, points in book.points.items()}


def find_root(start: Path | None = None) -> Path:
    """Return the folder of the course: the nearest one at or above `start` with a `course.toml`.

    Args:
        start: Where to look first; the working folder if None. After it comes the checkout that this package is in.

    Raises:
        CourseError: There is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[1]):
        if (folder / FILE_NAME).is_file():
            return folder
    raise CourseError(f"no {FILE_NAME} in {here} or in a folder above it; run this inside a checkout of the course")


def load_course(root: Path | None = None) -> Course:
    """Read and check `course.toml`.

    Args:
        root: Its folder; found from the working folder if None.

    Raises:
        CourseError: It is missing, is not TOML, or an entry is wrong. The message lists all wrong entries.
    """
    path = (root or find_root()) / FILE_NAME
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        course = Course.model_validate(tomllib.loads(text))
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} is not TOML: {error}") from error
    except ValidationError as error:
        lines = "\n".join(f"  {_where(text, problem['loc'])}: {problem['msg']}" for problem in error.errors())
        raise CourseError(f"{path} has wrong entries:\n{lines}") from error
    if unknown := [name for name in course.late.due if name not in course.assignments]:
        lines = "\n".join(f"  {_where(text, ('late', 'due', name))}: no workbook is called so" for name in unknown)
        raise CourseError(f"{path} has wrong entries:\n{lines}; there are {', '.join(course.assignments)}")
    return course


def place_in_course(root: Path, *names: str) -> str:
    """Return file and line of a table or an entry of `course.toml`, for messages; line 1 where there is none.

    Args:
        root: Folder of `course.toml`.
        names: Of the table, and of the entry, as in `"workbooks", "02_optimizers", "points", "adam"`.
    """
    path = root / FILE_NAME
    return f"{path}:{_line_of(path.read_text(encoding='utf-8'), names) or 1}"


def _where(text: str, location: tuple[int | str, ...]) -> str:
    """Return the line and the name of an entry; the line of the table around it where it has none itself."""
    names = tuple(map(str, location))
    lines = (_line_of(text, names[:length]) for length in range(len(names), 0, -1))
    found = next(filter(None, lines), None)
    return (f"line {found}, " if found else "") + (".".join(names) or "the file")


def _line_of(text: str, names: tuple[str, ...]) -> int | None:
    """Return the number of the line on which an entry or the head of a table stands; None if none is found."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if head := HEAD.match(line):
            table = tuple(part.strip().strip("\"'") for part in head[1].split("."))
        key = KEY.match(line)
        if names == (*table, key[1].strip("\"'")) if key else names == table[: len(names)]:
            return number
    return None


def _check_names(names: Mapping[str, Any], pattern: re.Pattern[str], rule: str) -> None:
    wrong = [name for name in names if not pattern.fullmatch(name)]
    if wrong:
        raise ValueError(f"{', '.join(map(repr, wrong))}: {rule}")
