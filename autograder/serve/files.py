"""The files that were handed in, each called by the SHA-256 of its content: no name of a path comes from outside."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from autograder.grade.files import write_all
from autograder.grade.types import GradingError
from autograder.importing.placement import Told, place_submission
from autograder.serve.queue import mark_placed, unplaced

__all__ = ["content_of", "keep", "place"]

RECEIVED = "received"
NAME = re.compile(r"[0-9a-f]{64}")


def keep(folder: Path, sha256: str, content: bytes) -> None:
    """Write a file, and its name into its folder, to the disk.

    Raises:
        OSError: It could not be written.
    """
    path = _path(folder, sha256)
    if path.is_file() and path.stat().st_size == len(content):
        return
    write_all(path.parent, [(path.name, content)])
    for above in (path.parent, path.parent.parent, folder):
        _sync(above)


def content_of(folder: Path, sha256: str) -> bytes:
    """Return a file that was kept.

    Raises:
        OSError: It is not there, or cannot be read.
    """
    return _path(folder, sha256).read_bytes()


def place(engine: Engine, folder: Path, submitted: Path) -> int:
    """Put the last hand-in of every student and workbook where `autograder grade` looks; return how many there were.

    The files that they take the place of move to the folder beside it, as with `autograder import --replace`.

    Args:
        engine: The database.
        folder: The folder of the service.
        submitted: The folder of submissions.

    Raises:
        GradingError: It cannot be written to, or a file that was kept cannot be read; the others are placed.
    """
    found, unread = unplaced(engine), []
    for one in found:
        try:
            content = content_of(folder, one.sha256)
        except OSError as error:
            unread.append(f"hand-in {one.number} cannot be read ({error}); put its file back from a backup")
            continue
        when = datetime.fromisoformat(one.received_at)
        place_submission(submitted, one.student, one.workbook, content, when, Told(), replace=True)
        mark_placed(engine, one)
    if unread:
        raise GradingError("; ".join(unread))
    return len(found)


def _path(folder: Path, sha256: str) -> Path:
    if not NAME.fullmatch(sha256):
        raise ValueError(f"{sha256!r} is not a SHA-256")
    return folder / RECEIVED / sha256[:2] / f"{sha256}.ipynb"


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
