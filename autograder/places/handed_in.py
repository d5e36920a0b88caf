"""The notebook among the files that a place hands over, or a sentence about what lies there instead."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.grade.file_names import is_notebook
from autograder.grade.large_files import AS_LARGE, without_outputs
from autograder.grade.read import tidy
from autograder.grade.release import Release
from autograder.importing.workbook import Looked, look_into

__all__ = ["HandedIn", "NothingToGrade", "notebook_in"]

MOST_FILES, MOST_NAMED, MOST_READ = 1000, 5, 10
# What editors and macOS leave beside a notebook.
LEFT_OUT = (".ipynb_checkpoints", "__MACOSX", "__pycache__")


class NothingToGrade(Exception):
    """There is no notebook of the workbook; the message is a sentence or two for the student."""


@dataclass(frozen=True)
class HandedIn:
    """The notebook to grade.

    Args:
        content: Its bytes; untrusted.
        notes: What a student should know of how it was chosen.
    """

    content: bytes
    notes: tuple[str, ...] = ()


def notebook_in(folder: Path, release: Release, max_bytes: int) -> HandedIn:
    """Return the notebook of a workbook, wherever in the folder it lies and whatever it is called.

    Of several, the one is taken in which most exercises were worked on. No link is followed.

    Args:
        folder: What was handed in; untrusted.
        release: The released notebook of the workbook.
        max_bytes: How large a notebook may be without its outputs.

    Raises:
        NothingToGrade: There is none that can be read, or it is the notebook of another workbook.
    """
    every = list(_files(folder))
    notebooks = [path for path in every if is_notebook(path.name, [release.name])]
    if not notebooks:
        raise NothingToGrade(_none(release.name, folder, every))
    wanted = f"{release.name}.ipynb"
    likely = sorted(notebooks, key=lambda path: (path.name != wanted, len(path.parts), path))[:MOST_READ]
    looked = [(path, *_look(path, release, max_bytes)) for path in likely]
    path, content, found = max(looked, key=lambda one: (one[2].certain, one[2].done))
    name = _name(path, folder)
    if found.problem:
        raise NothingToGrade(f"{name} cannot be graded. {found.problem}")
    if not found.certain:
        raise NothingToGrade(
            f"{name} is not the notebook of {release.name}: no cell of an exercise of {release.name} is in it. "
            f"Hand in {wanted!r}."
        )
    others = [_name(other, folder) for other in notebooks if other != path]
    notes = [f"{name} was graded; left aside: {_listed(others)}."] if others else []
    return HandedIn(content, tuple(notes))


def _files(folder: Path) -> Iterator[Path]:
    """Yield the plain files below a folder, hidden ones left out."""
    number = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in LEFT_OUT)
        for name in sorted(names):
            path = Path(place, name)
            if not name.startswith(".") and not path.is_symlink() and path.is_file():
                number += 1
                if number > MOST_FILES:
                    return
                yield path


def _look(path: Path, release: Release, max_bytes: int) -> tuple[bytes, Looked]:
    try:
        size = path.stat().st_size
        if size > AS_LARGE * max_bytes:
            return b"", Looked("", problem=f"It has {size:,} bytes; at most {AS_LARGE * max_bytes:,} are read.")
        content = without_outputs(path.read_bytes(), max_bytes)
    except OSError as error:
        return b"", Looked("", problem=f"It cannot be read: {error.strerror}.")
    return content, look_into(content, path.name, release.name, {release.name: release}, max_bytes)


def _none(workbook: str, folder: Path, every: list[Path]) -> str:
    wanted = f"hand in {workbook}.ipynb itself"
    if not every:
        return f"No file was handed in; {wanted}."
    zipped = any(path.suffix.lower() in (".zip", ".gz", ".tar", ".7z", ".rar") for path in every)
    advice = f"unpack the archive, and {wanted}" if zipped else wanted
    return f"There is no notebook among the files, only {_listed([_name(one, folder) for one in every])}; {advice}."


def _listed(names: list[str]) -> str:
    more = [f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
    return ", ".join([*names[:MOST_NAMED], *more])


def _name(path: Path, folder: Path) -> str:
    return repr(tidy(path.relative_to(folder).as_posix(), 100))
