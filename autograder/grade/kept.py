"""Work that need not be done again: a file keeps a name of everything that its result was made from."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from autograder.grade.engine import versions
from autograder.public_files import LEFT_BEHIND, PACKAGES

__all__ = ["code_states", "file_states", "is_kept", "keep", "name_of"]

# Path, size and time of change.
State = tuple[str, int, int]


def name_of(*made_from: object) -> str:
    """Return a name of what something was made from, and of all code and data of the course.

    Args:
        made_from: Anything that JSON can hold.
    """
    return hashlib.sha256(json.dumps([code_states(), versions(), made_from]).encode()).hexdigest()


def code_states() -> tuple[State, ...]:
    """Return path, size and time of change of all files of the packages."""
    return tuple(state for folder in PACKAGES.values() for state in sorted(_states_below(str(folder))))


def _states_below(folder: str) -> Iterator[State]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from () if entry.name in LEFT_BEHIND else _states_below(entry.path)
            else:
                with suppress(FileNotFoundError):
                    state = entry.stat()
                    yield entry.path, state.st_size, state.st_mtime_ns


def file_states(paths: Iterable[Path]) -> list[State]:
    """Return path, size and time of change of the files among `paths` that are there."""
    found = []
    for path in paths:
        with suppress(FileNotFoundError):
            state = path.stat()
            found.append((str(path), state.st_size, state.st_mtime_ns))
    return found


def is_kept(file: Path, name: str) -> bool:
    """Say whether `file` records the work of this name as done."""
    with suppress(OSError, UnicodeDecodeError):
        return file.read_text() == name
    return False


def keep(file: Path, name: str) -> None:
    """Record the work of this name as done; if nothing can be written, it is done again the next time."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
