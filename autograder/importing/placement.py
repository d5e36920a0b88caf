"""Put a submission where nbgrader looks for it. What is there is never lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.grade.collect import LATE, OF_NBGRADER, TIMESTAMP
from autograder.grade.files import errors_for_people, write_all
from autograder.grade.types import GradingError
from autograder.importing.origin import FILE_NAME as ORIGIN
from autograder.importing.origin import Origin
from autograder.importing.times import stamp

__all__ = ["Placed", "Told", "check_out", "place_submission", "replaced_folder"]


@dataclass(frozen=True)
class Told:
    """What a platform says of a submission, besides when it came.

    Args:
        late: What it says of a late one without a time; empty if nothing.
        origin: What it calls the hand-in; None where it takes no feedback by a name.
    """

    late: str = ""
    origin: Origin | None = None


@dataclass(frozen=True)
class Placed:
    """What was done with a submission: "new", "same" (it was there), "replaced" or "kept" (the other one was)."""

    what: str
    earlier: Path | None = None


def replaced_folder(out: Path) -> Path:
    """Return the folder for submissions that others took the place of."""
    return out.with_name(f"{out.name}.replaced")


def check_out(out: Path) -> None:
    """Refuse an output folder that would lead elsewhere.

    Raises:
        GradingError: It is a link or a file, or the folder of the class and not that of the submissions.
    """
    for path in (out, replaced_folder(out)):
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise GradingError(f"{path} is a link or a file; give a folder with --out")
    for name in OF_NBGRADER:
        if (out / name).exists():
            meant = out / "submitted"
            raise GradingError(f"{out} holds {name}, so it is the folder of the class; give --out {meant}")


def place_submission(
    out: Path, student: str, assignment: str, content: bytes, when: datetime | None, told: Told, *, replace: bool
) -> Placed:
    """Write a submission.

    Args:
        out: The folder of all submissions.
        student: The student's id, which is a plain name of a folder.
        assignment: The name of the assignment.
        content: The notebook.
        when: When it was handed in; None if nobody knows.
        told: What else the platform says.
        replace: Whether it takes the place of another one, which moves to the folder of replaced ones.

    Raises:
        GradingError: The place is a link, or cannot be written to.
    """
    folder = out / student / assignment
    for path in (out / student, folder):
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise GradingError(f"{path} is a link or a file; move it away")
    said = {LATE: f"{told.late}\n".encode()} if told.late else {}
    origin = {ORIGIN: told.origin.to_bytes()} if told.origin else {}
    files = {f"{assignment}.ipynb": content} | ({TIMESTAMP: stamp(when)} if when else {})
    with errors_for_people(out):
        there = sorted(folder.iterdir()) if folder.is_dir() else []
        if not there:
            write_all(folder, (files | said | origin).items())
            return Placed("new")
        if all(_holds(folder / name, content) for name, content in files.items()):
            if not (folder / LATE).exists():
                write_all(folder, said.items())
            write_all(folder, origin.items())
            return Placed("same")
        if not replace:
            return Placed("kept", folder)
        earlier = _free(replaced_folder(out) / student / assignment)
        earlier.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(earlier)
        write_all(folder, (files | said | origin).items())
        return Placed("replaced", earlier)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and not path.is_symlink() and path.read_bytes() == content


def _free(folder: Path) -> Path:
    """Return a folder that does not exist, called after the time."""
    now = f"{datetime.now(UTC):%Y-%m-%d_%H%M%S}"
    names = (now, *(f"{now}-{number}" for number in range(2, 1000)))
    return next(folder / name for name in names if not (folder / name).exists())
