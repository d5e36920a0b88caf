"""Several attempts of one student: look into each, and choose one per assignment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from autograder.grade.file_names import copy_number
from autograder.grade.large_files import AS_LARGE, without_outputs
from autograder.grade.read import tidy
from autograder.grade.release import Release
from autograder.importing.types import Attempts, Claim, Member, Refused
from autograder.importing.workbook import Looked, look_into

__all__ = ["Attempt", "Claimed", "choose", "late_without_time", "left", "look", "to_look_at", "two_people"]

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
        max_bytes: How large it may be without its outputs.

    Raises:
        Refused: It cannot be read from the download.
    """
    whole = one.member.read(AS_LARGE * max_bytes)
    content = without_outputs(whole, max_bytes)
    if len(content) > max_bytes:
        raise Refused(f"has {len(whole):,} bytes; at most {max_bytes:,} are read, outputs aside")
    looked = look_into(content, one.claim.file_name, hint or one.claim.assignment, releases, max_bytes)
    return Attempt(one.member, one.claim, looked)


def choose(attempts: Sequence[Attempt], wanted: Attempts) -> Attempt:
    """Return the attempt to grade: one that can be read if there is any, then the latest, or the most complete.

    Args:
        attempts: At least one.
        wanted: "latest", or "best": the one in which most exercises were worked on, the latest of these.
    """
    readable = [one for one in attempts if not one.looked.problem] or attempts
    return max(readable, key=lambda one: _rank(one, wanted))


def two_people(attempts: Sequence[Attempt]) -> bool:
    """Say whether a platform counts these as the files of several people."""
    numbers: dict[str, str] = {}
    for one in attempts:
        place, _, number = one.claim.account.rpartition("/")
        if number and numbers.setdefault(place, number) != number:
            return True
    return False


def to_look_at(name: str, chosen: Attempt, attempts: Sequence[Attempt]) -> Iterator[str]:
    """Yield lines on what somebody has to look at in a submission that was imported.

    Args:
        name: The student and the assignment.
        chosen: The attempt that was taken.
        attempts: All of them.
    """
    if chosen.looked.problem:
        yield f"{name}: imported as it is, but grading can give nothing for it. {chosen.looked.problem}"
        return
    for one in attempts:
        if one.looked.problem and one.age > chosen.age:
            yield f"{name}: {one.member.name} is later, but cannot be read. {one.looked.problem}"
    if not chosen.looked.certain:
        yield f"{name}: only the name of {chosen.member.name} says which workbook it is; no cell of it is known."
    if chosen.claim.unread_time:
        said = tidy(chosen.claim.unread_time, 60)
        yield f"{name}: its time {said!r} cannot be read; no time was kept, and no penalty will be taken."


def left(name: str, chosen: Attempt, attempts: Sequence[Attempt], wanted: Attempts) -> Iterator[str]:
    """Yield lines on the attempts that were left, and on lateness.

    Args:
        name: The student and the assignment.
        chosen: The attempt that was taken.
        attempts: All of them.
        wanted: Which of them was to be taken.
    """
    others = [one for one in attempts if one is not chosen]
    if others:
        names = ", ".join(one.member.name for one in others)
        which = _which(chosen, others, wanted)
        yield f"{name}: {len(attempts)} attempts; {which} {chosen.member.name}; left: {names}."
    if late := late_without_time(chosen):
        yield f"{name}: {late}"
    if not chosen.member.parts[-1].lower().endswith(".ipynb"):
        yield f"{name}: {chosen.member.name} was taken for a notebook, which is called .ipynb."


def late_without_time(one: Attempt) -> str:
    """Return a sentence on an attempt that a platform calls late and does not date, or ""."""
    if not one.claim.late or one.claim.when is not None:
        return ""
    return f"{one.claim.layout} calls it late and does not tell the time; no penalty will be taken."


def _rank(one: Attempt, wanted: Attempts) -> tuple[int, datetime, int, float, str]:
    return (one.looked.done if wanted == "best" else 0, *one.age)


def _which(chosen: Attempt, others: Sequence[Attempt], wanted: Attempts) -> str:
    """Say by what an attempt was chosen: by the first thing in which the next best differs from it."""
    rivals = [one for one in others if not one.looked.problem or chosen.looked.problem]
    if not rivals:
        return "the only one that can be read is"
    second = _rank(max(rivals, key=lambda one: _rank(one, wanted)), wanted)
    done, when, number, modified, _ = (
        mine != theirs for mine, theirs in zip(_rank(chosen, wanted), second, strict=True)
    )
    if done or when:
        return "the most complete is" if done else "the latest is"
    why = "no times are known" if chosen.claim.when is None else "their times are the same"
    if number:
        return f"{why}; the one with the highest number in its name is"
    return f"{why}; {'the newest file' if modified else 'the last one by name'} is"
