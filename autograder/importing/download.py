"""Walk a download, a folder or a zip, without unpacking it: no link is followed, no path of it is ever written to."""

from __future__ import annotations

import io
import lzma
import os
import re
import stat
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path

from autograder.grade.read import tidy
from autograder.grade.types import GradingError
from autograder.importing.types import Bounds, Budget, Member, Refused, Source

__all__ = ["open_download"]

# What a zip can do wrong while it is read.
ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, NotImplementedError, EOFError, OSError, ValueError
)  # fmt: skip
CLUTTER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".git")
UTF8 = 0x800
Opened = Callable[[], AbstractContextManager[zipfile.ZipFile]]
DRIVE = re.compile(r"^[A-Za-z]:")
# In bytes; no file system of a student takes a longer one.
LONGEST_NAME = 255


@contextmanager
def open_download(path: Path, bounds: Bounds) -> Iterator[Source]:
    """List the files of a download; they can be read until the context ends.

    An archive in the folder, and an archive that a student handed in, are looked into; deeper ones are not.

    Args:
        path: A folder or a zip.
        bounds: How much is read.

    Raises:
        GradingError: It is neither, is damaged, or is too large as a whole.
    """
    with ExitStack() as stack:
        walk = _Walk(bounds, stack)
        if path.is_dir():
            walk.folder(path)
        else:
            try:
                walk.file(path, (), None, walk.budget, depth=1)
            except Refused as error:
                raise GradingError(f"{path} {error}") from error
        yield Source(tuple(walk.members), tuple(walk.problems))


class _Walk:
    """Collects what lies in a download; archives on the disk stay open as long as `stack`."""

    def __init__(self, bounds: Bounds, stack: ExitStack) -> None:
        self.bounds = bounds
        self.budget = Budget(bounds.total_bytes, bounds.members, "a download")
        self.stack = stack
        self.members: list[Member] = []
        self.problems: list[str] = []

    def folder(self, root: Path) -> None:
        """Collect the files of a folder. An archive at the top is a platform's; a deeper one is a student's."""
        for path in _files(root, self.problems):
            parts = tuple(unicodedata.normalize("NFC", part) for part in path.relative_to(root).parts)
            if _is_clutter(parts):
                continue
            try:
                self.budget.take_members(1)
                if _is_zip(parts):
                    top = len(parts) == 1
                    if top:
                        self.file(path, parts, None, self.budget, depth=1)
                    else:
                        self.file(path, parts, len(parts), self._of_one_student(), depth=0)
                else:
                    modified = path.lstat().st_mtime
                    self.members.append(Member(parts, len(parts), modified, _reader_of(path, self.budget)))
            except Refused as error:
                self.problems.append(f"{tidy('/'.join(parts))} {error}; it was left aside.")

    def _of_one_student(self) -> Budget:
        return Budget(self.bounds.student_bytes, self.bounds.student_members, "a student's archive")

    def file(self, path: Path, at: tuple[str, ...], trusted: int | None, budget: Budget, *, depth: int) -> None:
        """Collect the files of a zip on the disk.

        Raises:
            Refused: It cannot be read.
        """
        try:
            archive = self.stack.enter_context(zipfile.ZipFile(path))
        except ZIP_ERRORS as error:
            raise Refused(_not_a_zip(error)) from error
        self._archive(lambda: nullcontext(archive), at, trusted, budget, depth)

    def _archive(self, opened: Opened, at: tuple[str, ...], trusted: int | None, budget: Budget, depth: int) -> None:
        try:
            with opened() as archive:
                entries = archive.infolist()
        except ZIP_ERRORS as error:
            raise Refused(_not_a_zip(error)) from error
        budget.take_members(len(entries))
        for entry in entries:
            try:
                parts = (*at, *_parts(entry))
            except Refused as error:
                self.problems.append(f"{'/'.join((*at, tidy(entry.filename, 200)))} {error}; it was not read.")
                continue
            if entry.is_dir() or _is_clutter(parts):
                continue
            known = len(parts) if trusted is None else trusted
            looked_into = depth > 0 and _is_zip(parts)
            own = self._of_one_student() if looked_into else budget
            member = Member(parts, known, _modified(entry), _reader_in(opened, entry, own))
            if looked_into:
                self._student_archive(member, own, depth - 1)
            else:
                self.members.append(member)

    def _student_archive(self, member: Member, budget: Budget, depth: int) -> None:
        opened = partial(_inner, member, self.bounds)
        try:
            self._archive(opened, member.parts, member.trusted, budget, depth)
        except Refused as error:
            self.problems.append(f"{member.name} {error}; it was left aside.")


def _reader_in(opened: Opened, entry: zipfile.ZipInfo, budget: Budget) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        if entry.file_size > limit:
            raise Refused(f"has {entry.file_size:,} bytes; at most {limit:,} are read")
        try:
            with opened() as archive, archive.open(entry) as file:
                return _limited(file.read(limit + 1), limit, budget)
        except ZIP_ERRORS as error:
            said = "it is encrypted" if "encrypted" in str(error) else tidy(str(error), 100)
            raise Refused(f"cannot be unpacked ({said})") from error

    return read


def _inner(member: Member, bounds: Bounds) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(member.read(bounds.archive_bytes)))


def _is_zip(parts: tuple[str, ...]) -> bool:
    return parts[-1].lower().endswith(".zip")


def _not_a_zip(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"cannot be read: {error.strerror}; give a zip or a folder"
    said = tidy(str(error), 100)
    return f"is not a zip that can be read ({said}); download it again, or unpack it and give the folder"


def _no_link(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NOFOLLOW)


def _limited(content: bytes, limit: int, budget: Budget) -> bytes:
    budget.take_bytes(len(content))
    if len(content) > limit:
        raise Refused(f"has more than {limit:,} bytes, whatever its archive says")
    return content


def _reader_of(path: Path, budget: Budget) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        try:
            with open(path, "rb", opener=_no_link) as file:
                return _limited(file.read(limit + 1), limit, budget)
        except OSError as error:
            raise Refused(f"cannot be read: {error.strerror}") from error

    return read


def _files(folder: Path, problems: list[str]) -> Iterator[Path]:
    """Yield the plain files below a folder; what is not one becomes a line."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        problems.append(f"{tidy(str(folder))} cannot be looked into: {error.strerror}; it was left aside.")
        return
    for path in entries:
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            yield from _files(path, problems)
        elif stat.S_ISREG(mode):
            yield path
        else:
            what = "a link" if stat.S_ISLNK(mode) else "not a plain file"
            problems.append(f"{tidy(str(path))} is {what}; it was not read.")


def _parts(entry: zipfile.ZipInfo) -> tuple[str, ...]:
    """Return the path of an entry.

    Raises:
        Refused: It leads out of the archive, or is a link.
    """
    name = unicodedata.normalize("NFC", _decoded(entry)).replace("\\", "/")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if name.startswith("/") or DRIVE.match(name) or ".." in parts:
        raise Refused("leads out of its archive")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Refused("is a link")
    if not parts or any(tidy(part) != part or len(part.encode()) > LONGEST_NAME for part in parts):
        raise Refused("has a name that cannot be a file's")
    return parts


def _decoded(entry: zipfile.ZipInfo) -> str:
    """Return a name; where an archive does not say how it is written, it is UTF-8 if it can be."""
    if entry.flag_bits & UTF8:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename


def _modified(entry: zipfile.ZipInfo) -> float:
    try:
        return time.mktime((*entry.date_time, 0, 1, -1))
    except (ValueError, OverflowError):
        return 0.0


def _is_clutter(parts: tuple[str, ...]) -> bool:
    return any(part in CLUTTER or part.startswith("._") for part in parts)
