"""Put an edition on the disk: a folder, and a zip with the same files and always the same bytes."""

from __future__ import annotations

import shutil
import zipfile
from io import BytesIO
from pathlib import Path

from autograder.build.files import Files
from autograder.grade.files import errors_for_people, write_all
from autograder.grade.types import GradingError

__all__ = ["write_edition"]

# Always the same: the same files, the same archive.
DATE = (2026, 1, 1, 0, 0, 0)


def write_edition(files: Files, folder: Path) -> Path:
    """Write an edition into `folder`, which is replaced if it holds an earlier one, and into `<folder>.zip`.

    Returns:
        The path of the zip.

    Raises:
        GradingError: The folder holds something else, or cannot be written to.
    """
    strangers = sorted(set(_in(folder)) - {str(path) for path in files}) if folder.is_dir() else []
    if strangers and not (folder / "course_utils").is_dir() and not (folder / "solutions").is_dir():
        raise GradingError(f"{folder} holds other files ({strangers[0]}); give an empty folder with --out")
    with errors_for_people(folder):
        shutil.rmtree(folder, ignore_errors=True)
        write_all(folder, ((str(path), content) for path, content in files.items()))
        archive = folder.with_name(f"{folder.name}.zip")
        write_all(archive.parent, [(archive.name, _zipped(files, folder.name))])
    return archive


def _zipped(files: Files, top: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{top}/{path}", DATE)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _in(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
