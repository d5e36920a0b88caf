"""Put a package on the disk: as one zip, or as a folder, with the rights that its files need."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath

from autograder.grade.files import errors_for_people, write_all
from autograder.grade.types import GradingError

__all__ = ["Packed", "write_package", "zipped"]

# Always the same: the same files, the same archive.
DATE = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Packed:
    """A file of a package: its content, and whether it is a program."""

    content: bytes
    program: bool = False

    @property
    def mode(self) -> int:
        """Its rights; where it is unpacked, `close.sh` closes the folder."""
        return 0o755 if self.program else 0o644


def write_package(files: Mapping[PurePosixPath, Packed], out: Path) -> None:
    """Write a package to `out`: a zip if it is called so, else a folder.

    Raises:
        GradingError: The folder holds something else, or nothing can be written there.
    """
    with errors_for_people(out):
        if out.suffix == ".zip":
            write_all(out.parent, [(out.name, zipped(files))])
            return
        there = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
        if strangers := sorted(there - {str(path) for path in files}):
            raise GradingError(f"{out} holds other files ({strangers[0]}); give an empty folder with --out, or a .zip")
        write_all(out, ((str(path), file.content) for path, file in files.items()))
        for path, file in files.items():
            (out / path).chmod(file.mode)


def zipped(files: Mapping[PurePosixPath, Packed]) -> bytes:
    """Return a zip of these files, with their rights."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, file in sorted(files.items()):
            entry = zipfile.ZipInfo(str(path), DATE)
            entry.create_system = 3  # the rights are those of Unix
            entry.external_attr = (0o100000 | file.mode) << 16
            archive.writestr(entry, file.content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
