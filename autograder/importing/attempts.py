"""Several attempts of one student: look into each, and choose one per assignment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from autograder.grade.release import Release
from autograder.importing.file_names import copy_number
from autograder.importing.types import Attempts, Claim, Member
from autograder.importing.workbook import Looked, look_into

__all__ = ["Attempt", "Claimed", "choose", "look", "two_people"]

NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Claimed:
    """A file and whose it is."""

    member: Member
    claim: Claim


@dataclass(frozen=True)
class Attempt:
    """A file that was looked into."""

    member: Member
    claim: Claim
    looked: Looked

    @property
    def age(self) -> tuple[datetime, int, float, str]:
        """What orders attempts: the time, or else the number of a copy, or else the date of the file."""
        when = self.claim.when or NEVER
        return when, copy_number(self.claim.file_name), self.member.modified, self.member.name


def look(one: Claimed, hint: str, releases: Mapping[str, Release], max_bytes: int) -> Attempt:
    """Look into a file.

    Args:
        one: The file.
        hint: The assignment that is imported; empty if it is not known.
        releases: The released notebooks.
        max_bytes: How large it may be.

    Raises:
        Refused: It cannot be read from the download.
    """
    content = one.member.read(max_bytes)
    looked = look_into(content, one.claim.file_name, hint or one.claim.assignment, releases, max_bytes)
    return Attempt(one.member, one.claim, looked)


def choose(attempts: Sequence[Attempt], wanted: Attempts) -> Attempt:
    """Return the attempt to grade: one that can be read if there is any, then the latest, or the most complete.

    Args:
        attempts: At least one.
        wanted: "latest", or "best": the one in which most exercises were worked on, the latest of these.
    """
    readable = [one for one in attempts if not one.looked.problem] or attempts
    return max(readable, key=lambda one: (one.looked.done if wanted == "best" else 0, *one.age))


def two_people(attempts: Sequence[Attempt]) -> bool:
    """Say whether a platform counts these as the files of several people."""
    numbers: dict[str, str] = {}
    for one in attempts:
        place, _, number = one.claim.account.rpartition("/")
        if number and numbers.setdefault(place, number) != number:
            return True
    return False
