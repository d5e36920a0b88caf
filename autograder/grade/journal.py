"""What is done stays done: every grade in a file of lines, appended and synced as it arrives."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from autograder.grade.types import SubmissionGrade

__all__ = ["Journal"]


class Journal:
    """The grades so far, by key. One writer; a line that a kill has cut short is forgotten.

    Args:
        path: The file; made if it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._grades: dict[str, SubmissionGrade] = {}
        self._by_basis: dict[str, list[SubmissionGrade]] = {}
        self._last: dict[tuple[str, str], SubmissionGrade] = {}
        whole = 0
        content = path.read_bytes() if path.exists() else b""
        for line in content.splitlines(keepends=True):
            if not line.endswith(b"\n") or not self._take(line):
                break
            whole += len(line)
        self._file: BinaryIO = path.open("ab")
        self._file.truncate(whole)

    def __contains__(self, key: str) -> bool:
        return key in self._grades

    def __getitem__(self, key: str) -> SubmissionGrade:
        return self._grades[key]

    def __iter__(self) -> Iterator[SubmissionGrade]:
        """Yield the grades, the last one last."""
        return iter(self._grades.values())

    def latest(self, basis: str) -> SubmissionGrade | None:
        """Return the last grade of the same content, whatever graded it."""
        return next(reversed(self._by_basis.get(basis, [])), None)

    def last(self, student: str, assignment: str) -> SubmissionGrade | None:
        """Return the last grade of a student in an assignment, whatever was graded."""
        return self._last.get((student, assignment))

    def before(self, grade: SubmissionGrade) -> SubmissionGrade | None:
        """Return the last grade of the same content that another state of the course gave."""
        known = self._by_basis.get(grade.basis, [])
        return next((one for one in reversed(known) if one.key != grade.key), None)

    def add(self, grade: SubmissionGrade) -> None:
        """Keep a grade; it is on the disk when this returns.

        Raises:
            OSError: It could not be written; the file is as it was.
        """
        start = self._file.seek(0, os.SEEK_END)
        try:
            self._file.write(grade.to_json() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError:
            self._file = self._reopened(start)
            raise
        self._remember(grade)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _take(self, line: bytes) -> bool:
        try:
            grade = SubmissionGrade.from_json(line)
        except ValueError:
            return False
        self._remember(grade)
        return True

    def _remember(self, grade: SubmissionGrade) -> None:
        self._grades.pop(grade.key, None)
        self._grades[grade.key] = grade
        self._last[grade.student, grade.assignment] = grade
        if grade.basis:
            self._by_basis.setdefault(grade.basis, []).append(grade)

    def _reopened(self, length: int) -> BinaryIO:
        path = Path(self._file.name)
        # The buffer may hold the rest of a line; closing would try to write it again.
        os.truncate(path, length)
        self._file.raw.close()  # type: ignore[attr-defined]
        return path.open("ab")
