"""The roster of the class as a file that may change in mid-term."""

from __future__ import annotations

import logging
from pathlib import Path

from autograder.grade.types import GradingError
from autograder.importing.roster import read_roster

__all__ = ["ClassList"]

log = logging.getLogger(__name__)


class ClassList:
    """Who is in the class, read again when the file has changed; a faulty file changes nothing.

    Args:
        path: The roster; None where everybody whom the hub knows may hand in.

    Raises:
        GradingError: It cannot be read.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._state: tuple[int, int] | None = None
        self._students: frozenset[str] | None = None
        self.trouble = ""
        if path is not None:
            self._students = frozenset(one.id for one in read_roster(path).people)
            self._state = self._now()

    def students(self) -> frozenset[str] | None:
        """Return the ids of all students; None where there is no roster."""
        now = self._now()
        if self._path is not None and now != self._state:
            self._state = now
            try:
                self._students = frozenset(one.id for one in read_roster(self._path).people)
                self.trouble = ""
            except GradingError as error:
                self.trouble = f"the roster was changed and cannot be used, the one before counts: {error}"
                log.warning(self.trouble)
        return self._students

    def _now(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat() if self._path is not None else None
        except OSError:
            return None
        return None if status is None else (status.st_mtime_ns, status.st_size)
