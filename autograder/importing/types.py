"""The plain records of an import: files of a download, whose they are, and how large anything may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from autograder.grade.read import tidy

__all__ = ["Attempts", "Bounds", "Budget", "Claim", "Member", "Refused", "Source", "Who"]

Attempts = Literal["latest", "best"]


class Refused(Exception):
    """One file cannot be used; the message is the end of a sentence about it."""


@dataclass(frozen=True)
class Bounds:
    """How much is read of a download.

    What a student's own archive costs counts for that archive alone, so that nobody else misses it.

    Args:
        file_bytes: Of one file.
        archive_bytes: Of an archive that a student handed in.
        total_bytes: Of everything outside such archives together.
        members: Files and folders outside such archives.
        student_bytes: Of one student's archive and all that is in it, as often as it is read.
        student_members: Files and folders in one student's archive.
    """

    file_bytes: int = 20_000_000
    archive_bytes: int = 200_000_000
    total_bytes: int = 4_000_000_000
    members: int = 50_000
    student_bytes: int = 1_000_000_000
    student_members: int = 2_000


class Budget:
    """What may still be read of a download, or of a student's archive in it.

    Args:
        total_bytes: What may be read in all.
        members: How many files and folders may be listed.
        whole: What it is that they are part of.
    """

    def __init__(self, total_bytes: int, members: int, whole: str) -> None:
        self._total_bytes, self._most_members, self._whole = total_bytes, members, whole
        self._bytes, self._members = total_bytes, members

    def take_bytes(self, size: int) -> None:
        """Count bytes that were read.

        Raises:
            Refused: They are too many.
        """
        self._bytes -= size
        if self._bytes < 0:
            raise Refused(f"is left: more than {self._total_bytes:,} bytes of {self._whole} were read already")

    def take_members(self, number: int) -> None:
        """Count the entries of an archive or folder.

        Raises:
            Refused: They are too many; then none of them is counted.
        """
        if number > self._members:
            raise Refused(f"holds {number:,} entries; at most {self._most_members:,} are read of {self._whole}")
        self._members -= number


@dataclass(frozen=True)
class Member:
    """A file of a download. Nothing of it has been read.

    Args:
        parts: Its path; an archive counts as a folder.
        trusted: How many of the parts the platform wrote; the student wrote the others.
        modified: When it was changed last, as the archive or disk says, in seconds. Good for an order, not for a time.
        read: Returns its bytes, or raises `Refused`. Takes the largest size.
    """

    parts: tuple[str, ...]
    trusted: int
    modified: float
    read: Callable[[int], bytes]

    @property
    def name(self) -> str:
        """The path in one piece, for people."""
        return tidy("/".join(self.parts))


@dataclass(frozen=True)
class Source:
    """The files of a download, and a line for everything that was not even looked at."""

    members: tuple[Member, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Who:
    """A person as a platform names them.

    Args:
        name: Their name; may be in pieces that the platform changed.
        sortable: Whether the family name comes first.
        ids: Pairs of a kind ("id", "email", "canvas", "moodle") and a value.
        fallback: Their id where there is no roster; empty if the download tells none that can be used.
        others: What the name may be as well, where a platform writes more before it.
    """

    name: str = ""
    sortable: bool = False
    ids: tuple[tuple[str, str], ...] = ()
    fallback: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claim:
    """Whose a file is, as its path says.

    Args:
        layout: The product whose layout it is.
        people: Who handed it in; several for a group.
        file_name: The name that the student gave the file, as far as it is known.
        when: When it was handed in; None if the layout does not tell.
        late: Whether the platform calls it late.
        account: What must be the same for all files of one person in one download; empty if nothing must.
        assignment: The assignment that the path names; empty if none.
        unread_time: What tells the time and cannot be read; empty if nothing.
        label: What the platform calls the files, or the folder, of this person; empty where it takes no feedback by it.
    """

    layout: str
    people: tuple[Who, ...]
    file_name: str
    when: datetime | None = None
    late: bool = False
    account: str = ""
    assignment: str = ""
    unread_time: str = ""
    label: str = ""
