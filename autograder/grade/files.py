"""Write files so that a reader, and a run after a kill, sees either the old content or the new one."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.grade.types import GradingError

__all__ = ["errors_for_people", "write_all"]

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
SUFFIX = ".part"


def write_all(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write several files below `folder`: first all beside their places, then all into them.

    Args:
        folder: Where they go.
        files: Relative paths, whose folders are made, and contents; each is taken when the one before is on the disk.

    Raises:
        OSError: One could not be written, then none has changed; or put into its place, then those before have.
    """
    parts: list[tuple[Path, Path]] = []
    try:
        for name, content in files:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.name}{SUFFIX}")
            parts.append((part, path))
            _write(part, content)
        for part, path in parts:
            part.replace(path)
    except OSError:
        for part, _ in parts:
            part.unlink(missing_ok=True)
        raise


@contextmanager
def errors_for_people(folder: Path) -> Iterator[None]:
    """Turn what goes wrong with a folder into one line that says what to do.

    Raises:
        GradingError: In place of any OSError.
    """
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            what = "there is no room left; free some and start the same command again, it continues where it stopped"
        else:
            what = f"{error.strerror or error}; give another folder with --out, or make this one writable"
        raise GradingError(f"cannot write to {folder}: {what}") from error


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
