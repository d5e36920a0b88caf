"""Work that need not be done again: a file keeps a name of everything that its result was made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

from autograder.grade.engine import PACKAGES, versions

__all__ = ["file_states", "is_kept", "keep", "name_of"]


def name_of(*made_from: object) -> str:
    """Return a name of what something was made from, and of all code and data of the course.

    Args:
        made_from: Anything that JSON can hold.
    """
    roots = [Path(str(files(package))) for package in PACKAGES]
    code = file_states(path for root in roots for path in sorted(root.rglob("*")) if "__pycache__" not in path.parts)
    return hashlib.sha256(json.dumps([code, versions(), made_from]).encode()).hexdigest()


def file_states(paths: Iterable[Path]) -> list[tuple[str, int, int]]:
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
