"""Where hand-ins are taken: what is handed in is looked at, written down twice, and acknowledged."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from autograder.course import Course
from autograder.grade.read import Unreadable, read_notebook
from autograder.grade.release import Release
from autograder.importing.people import is_student_id
from autograder.importing.workbook import look_into
from autograder.serve.clock import Clock
from autograder.serve.files import keep
from autograder.serve.hand_ins import Accepted, Rules, TooMany, accept
from autograder.serve.receipts import Receipt, Signer

__all__ = ["Desk", "Refused"]

# What databases say when the disk is full.
FULL = ("disk is full", "No space left", "disk I/O error")
KEEP = "your notebook is as it was; hand it in again"


class Refused(Exception):
    """A hand-in that was not accepted.

    Args:
        status: The status of HTTP.
        message: A sentence for the student.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass(frozen=True)
class Desk:
    """The parts that are needed to take a hand-in.

    Args:
        course: The course.
        releases: The released notebooks, by workbook.
        engine: The database.
        folder: The folder of the service.
        signer: Signs receipts.
        clock: Tells the time.
    """

    course: Course
    releases: Mapping[str, Release]
    engine: Engine
    folder: Path
    signer: Signer
    clock: Clock

    @cached_property
    def rules(self) -> Rules:
        """How often somebody may hand in."""
        own = self.course.serve
        return Rules(own.verdicts_per_day, own.hand_ins_per_hour, ZoneInfo(own.time_zone))

    @property
    def most_bytes(self) -> int:
        """How large a file may be."""
        return self.course.limits.submission_bytes

    def take(self, student: str, content: bytes, hint: str = "") -> Accepted:
        """Take a hand-in; when this returns, it is on the disk and in the database.

        Args:
            student: Who hands it in, as the authentication says.
            content: The file; untrusted.
            hint: The workbook that the request names; the cells of the file decide.

        Raises:
            Refused: It is not accepted.
        """
        if not is_student_id(student):
            raise Refused(403, f"the name {student[:100]!r} cannot be a student's id here, which is the name of a "
                               "folder; ask the teaching staff")  # fmt: skip
        workbook = self._workbook(content, hint)
        sha256 = hashlib.sha256(content).hexdigest()
        try:
            keep(self.folder, sha256, content)
            return accept(
                self.engine,
                self.rules,
                (student, workbook),
                (sha256, len(content)),
                self.clock.now(),
                lambda number, time: self.signer.sign(
                    Receipt(self.course.course.id, workbook, student, number, time, sha256, len(content))
                ),
            )
        except TooMany as error:
            raise Refused(429, f"this was not accepted: you handed in {error.most} times within the last hour, "
                               "which is as often as the course allows; the last one counts. Try again later"
                          ) from error  # fmt: skip
        except OSError as error:
            raise _unwritten(error, error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)) from error
        except DBAPIError as error:
            raise _unwritten(error, any(word in str(error) for word in FULL)) from error

    def _workbook(self, content: bytes, hint: str) -> str:
        try:
            cells, _ = read_notebook(content, self.most_bytes)
        except Unreadable as error:
            raise Refused(422, f"{str(error).rstrip('.')}. Hand in the file that ends in .ipynb") from error
        names = {cell.grade_id for cell in cells} - {""}
        shared = {book: len(names & known) for book, known in self._graded_cells.items()}
        best = max(shared, key=lambda book: shared[book], default="")
        if best and shared[best]:
            return best
        # The names are gone: the contents tell, which takes half a second.
        looked = look_into(content, f"{hint}.ipynb", hint, self.releases, self.most_bytes)
        if not looked.certain:
            title, known = self.course.course.title, ", ".join(self.releases)
            raise Refused(
                422,
                f"this notebook does not belong to the course {title!r}, which has {known}; no cell in it is "
                "an exercise of these. Hand it in at its own course",
            )
        return looked.assignment

    @cached_property
    def _graded_cells(self) -> dict[str, frozenset[str]]:
        """The names of the cells that each workbook is known by."""
        return {
            book: frozenset(cell.grade_id for cell in release.cells if cell.grade_id)
            for book, release in self.releases.items()
        }


def _unwritten(error: Exception, full: bool) -> Refused:
    """Return the refusal of a hand-in that could not be kept."""
    if full:
        return Refused(507, f"this was not accepted, because the disk of the service is full; {KEEP} when the "
                            "teaching staff has made room")  # fmt: skip
    return Refused(503, f"this was not accepted, because the service could not write it down "
                        f"({type(error).__name__}); {KEEP} in a minute")  # fmt: skip
