"""The output folder: who writes to it, the seed that it was graded with, and what is already done."""

from __future__ import annotations

import fcntl
import json
import secrets
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.grade.files import errors_for_people, write_all
from autograder.grade.journal import Journal
from autograder.grade.types import Graded, GradingError, SubmissionGrade

__all__ = ["STATE", "OutFolder", "feedback_path", "notebook_path", "open_folder"]

STATE = ".grading"


@dataclass(frozen=True)
class OutFolder:
    """An output folder that this run alone writes to."""

    path: Path
    seed: int
    journal: Journal

    def done(self, key: str) -> SubmissionGrade | None:
        """Return the grade under this key, if it and its notebook are there."""
        if key not in self.journal:
            return None
        grade = self.journal[key]
        # The notebook that is there is that of the last grade: of an older one, all has to be made again.
        is_last = self.journal.last(grade.student, grade.assignment) == grade
        return grade if is_last and _is_whole(self.notebook(grade)) else None

    def latest(self, basis: str) -> SubmissionGrade | None:
        """Return the last grade of the same content, whatever graded it, if its notebook is there."""
        grade = self.journal.latest(basis)
        return grade if grade is not None and _is_whole(self.notebook(grade)) else None

    def others(self, assignments: Container[str]) -> tuple[SubmissionGrade, ...]:
        """Return the last grade of every student in all assignments other than these."""
        return tuple(grade for grade in self.last() if grade.assignment not in assignments)

    def last(self) -> tuple[SubmissionGrade, ...]:
        """Return the last grade of every student in each assignment, whose notebook is there."""
        last = {(one.student, one.assignment): one for one in self.journal}
        return tuple(grade for grade in last.values() if _is_whole(self.notebook(grade)))

    def notebook(self, grade: SubmissionGrade) -> Path:
        """Return where the graded notebook lies."""
        return self.path / notebook_path(grade)

    def keep(self, graded: Graded) -> None:
        """Keep a grade and its notebook; the notebook first, so that a kill between them only repeats work.

        Raises:
            GradingError: There is no room, or the folder cannot be written to.
        """
        with errors_for_people(self.path):
            write_all(self.path, [(notebook_path(graded.grade), graded.notebook)])
            if graded.grade.key:
                self.journal.add(graded.grade)


def notebook_path(grade: SubmissionGrade) -> str:
    """Return where the graded notebook goes, as nbgrader lays it out."""
    return f"autograded/{grade.student}/{grade.assignment}/{grade.assignment}.ipynb"


def feedback_path(grade: SubmissionGrade) -> str:
    """Return where the feedback goes, as nbgrader lays it out."""
    return f"feedback/{grade.student}/{grade.assignment}/{grade.assignment}.html"


@contextmanager
def open_folder(path: Path, seed: int | None, *, whole: bool = True) -> Iterator[OutFolder]:
    """Make and lock an output folder.

    Args:
        path: The folder.
        seed: The seed; that of the earlier run if None, or a fresh one.
        whole: Whether all of the class is graded, so that the seed may be another one than before.

    Raises:
        GradingError: It cannot be written to, another run is writing there, or the seed may not be changed or read.
    """
    state = path / STATE
    with errors_for_people(path):
        state.mkdir(parents=True, exist_ok=True)
        lock = (state / "lock").open("a")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise GradingError(f"another run is writing to {path}; wait for it, or give another --out") from error
        with errors_for_people(path):
            folder = OutFolder(path, _seed(state, seed, whole), Journal(state / "journal.jsonl"))
        try:
            yield folder
        finally:
            folder.journal.close()


def _is_whole(path: Path) -> bool:
    """Say whether a graded notebook is there, and can be read."""
    try:
        return "cells" in json.loads(path.read_bytes())
    except (OSError, ValueError, TypeError):
        return False


def _seed(state: Path, seed: int | None, whole: bool) -> int:
    """Return the seed of this folder. A fresh one is secret until the feedback is out: nobody can compute inputs."""
    path = state / "seed.json"
    known = _known_seed(path) if path.is_file() and (seed is None or not whole) else None
    if known is not None and seed in (None, known):
        return known
    if known is not None and not whole:
        raise GradingError(
            f"the class was graded with seed {known}; leave out --seed, or grade all of it with seed {seed}"
        )
    chosen = secrets.randbits(128) if seed is None else seed
    write_all(state, [(path.name, json.dumps({"seed": chosen}).encode())])
    return chosen


def _known_seed(path: Path) -> int:
    try:
        return int(json.loads(path.read_text())["seed"])
    except (ValueError, TypeError, KeyError) as error:
        raise GradingError(f"{path} holds no seed; remove it, and give the earlier one with --seed") from error
