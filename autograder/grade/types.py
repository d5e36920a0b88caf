"""The plain records of grading: what was handed in, what the rebuilt notebook is, and the grades."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from pydantic import TypeAdapter

__all__ = [
    "BY_HAND",
    "Cell",
    "ExerciseGrade",
    "Graded",
    "GradingError",
    "Numbers",
    "PartGrade",
    "Pattern",
    "Picture",
    "PointedLine",
    "Rebuilt",
    "Role",
    "Submission",
    "SubmissionGrade",
]

Role = Literal["solution", "check", "manual", "experiment", "plain", "text", "added"]

# The verdict of an exercise that waits for marking by hand.
BY_HAND = "by hand"


class GradingError(Exception):
    """The run cannot continue. The message is one line: what was found, and what to do."""


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment.

    Args:
        student: The student's id: the name of the folder.
        assignment: Name of the assignment, which is that of the workbook.
        file_name: Name of the file that was taken; empty if there was none.
        content: Its bytes; untrusted.
        problem: Why there is nothing to grade; empty if there is.
        notes: Lines for the report about how it was found.
        submitted_at: The text of nbgrader's `timestamp.txt`; empty if there is none.
    """

    student: str
    assignment: str
    file_name: str = ""
    content: bytes = b""
    problem: str = ""
    notes: tuple[str, ...] = ()
    submitted_at: str = ""


class Picture(NamedTuple):
    """A picture that was pasted into a text: the name in the text, its type, and its bytes in base64; untrusted."""

    name: str
    mime: str
    data: str


@dataclass(frozen=True)
class Cell:
    """A cell of a released or rebuilt notebook.

    Args:
        id: Its id: that of the release, or `added-N` for a cell of the student.
        role: What it is for.
        code: Whether it is a code cell.
        source: Its source; untrusted where it comes from a submission.
        exercise: The exercise that it solves, checks or explains; empty for other cells.
        points: The marks that it carries.
        grade_id: Its name in nbgrader's gradebook; empty for cells that nbgrader does not know.
        pictures: The pictures that its text shows.
    """

    id: str
    role: Role
    code: bool
    source: str
    exercise: str = ""
    points: float = 0.0
    grade_id: str = ""
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Rebuilt:
    """The released notebook with a student's sources in it, and a line for everything odd about the submission."""

    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Numbers:
    """One number of each side, as text so that reports are the same everywhere."""

    where: str
    got: str
    expected: str


@dataclass(frozen=True)
class Pattern:
    """Which entries of an array are right.

    Args:
        what: What the array holds.
        axes: What its axes count, as many as `shape` has.
        shape: Its shape: two to four axes.
        signs: A letter for each entry: "=" right, "+" too high, "-" too low, "?" not a number.
        words: The picture in a sentence.
    """

    what: str
    axes: tuple[str, ...]
    shape: tuple[int, ...]
    signs: str
    words: str


@dataclass(frozen=True)
class PointedLine:
    """A line of the student's code in which one change makes a part right.

    Args:
        line: Its number in the cell, counted from 1.
        quote: Its text.
        says: The sentence for the student, which does not say which change.
        before: The piece that the change replaces; for the instructor.
        after: What stands in its place; for the instructor.
    """

    line: int
    quote: str
    says: str
    before: str
    after: str


@dataclass(frozen=True)
class PartGrade:
    """The grade of one part of an exercise; `pattern` says which entries of an array are right."""

    part: str
    verdict: str
    score: float
    max_score: float
    misconceptions: tuple[str, ...] = ()
    message: str = ""
    evidence: tuple[Numbers, ...] = ()
    pattern: Pattern | None = None
    pointed: PointedLine | None = None


@dataclass(frozen=True)
class ExerciseGrade:
    """The grade of one exercise; `score` is None while it waits for marking by hand, `grade_id` its gradebook cell.

    `flags` are lines for the instructor, about what the code takes from libraries; they change the score only where
    `course.toml` gives the exercise a `library` share. `pattern`
    says which entries of an array are right.
    """

    exercise: str
    grade_id: str
    verdict: str
    score: float | None
    max_score: float
    misconceptions: tuple[str, ...] = ()
    message: str = ""
    evidence: tuple[Numbers, ...] = ()
    parts: tuple[PartGrade, ...] = ()
    seconds: float = 0.0
    flags: tuple[str, ...] = ()
    pattern: Pattern | None = None
    pointed: PointedLine | None = None

    @property
    def is_checked(self) -> bool:
        """Whether a check marks it, and not a person."""
        return self.grade_id.startswith("check-")


@dataclass(frozen=True)
class SubmissionGrade:
    """All grades of one submission.

    Args:
        student: The student's id.
        assignment: Name of the assignment.
        file_name: Name of the graded file.
        exercises: One grade per exercise, in the order of the workbook.
        problem: Why nothing could be graded; empty if it could.
        notes: Lines for the report: everything odd about the file and the run.
        isolation: The walls that stood around the run, in words; empty if nothing was run.
        seconds: How long it took.
        submitted_at: When it was handed in, as nbgrader's `timestamp.txt` says.
        key: Names the graded content, the release, the engine and the seed.
        basis: The same without the engine: two grades of one basis differ only by a correction of the course.
    """

    student: str
    assignment: str
    file_name: str
    exercises: tuple[ExerciseGrade, ...]
    problem: str = ""
    notes: tuple[str, ...] = ()
    isolation: str = ""
    seconds: float = 0.0
    submitted_at: str = ""
    key: str = ""
    basis: str = ""

    @property
    def score(self) -> float:
        """Marks earned so far."""
        return sum(one.score or 0.0 for one in self.exercises)

    @property
    def checked(self) -> tuple[ExerciseGrade, ...]:
        """The exercises that are marked by a check."""
        return tuple(one for one in self.exercises if one.is_checked)

    @property
    def flagged(self) -> tuple[ExerciseGrade, ...]:
        """The exercises with lines for the instructor."""
        return tuple(one for one in self.exercises if one.flags)

    @property
    def pointed(self) -> tuple[tuple[ExerciseGrade, PointedLine], ...]:
        """The lines that one change makes right, with their exercises."""
        lines = ((one, line) for one in self.exercises for line in (one.pointed, *(part.pointed for part in one.parts)))
        return tuple((one, line) for one, line in lines if line)

    @property
    def checked_score(self) -> float:
        """Marks that the checks gave."""
        return sum(one.score or 0.0 for one in self.checked)

    @property
    def checked_max(self) -> float:
        """Marks that the checks can give."""
        return sum(one.max_score for one in self.checked)

    @property
    def waiting(self) -> float:
        """Marks that wait for marking by hand."""
        return sum(one.max_score for one in self.exercises if one.score is None)

    def to_record(self) -> dict[str, Any]:
        """Return it as plain dictionaries and lists."""
        record: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return record

    def to_json(self) -> bytes:
        """Return it as one line of JSON."""
        return _ADAPTER.dump_json(self)

    @staticmethod
    def from_json(text: bytes | str) -> SubmissionGrade:
        """Read what `to_json` wrote.

        Raises:
            ValueError: It is something else.
        """
        return _ADAPTER.validate_json(text)


_ADAPTER = TypeAdapter(SubmissionGrade)


@dataclass(frozen=True)
class Graded:
    """The grades of a submission, and the rebuilt notebook with what its cells showed, as bytes.

    A grade without a key is not for the journal: it says that grading itself failed, and is tried again next time.
    """

    grade: SubmissionGrade
    notebook: bytes
