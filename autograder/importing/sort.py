"""Sort the files of a download: notebooks and whose they are, what tells about them, and all the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from autograder.grade.collect import TIMESTAMP
from autograder.grade.read import tidy
from autograder.importing.attempts import Claimed
from autograder.importing.gradescope import METADATA, read_metadata
from autograder.importing.layouts import Context, recognise
from autograder.importing.roster import Roster
from autograder.importing.types import Member, Refused, Source

__all__ = ["Sorted", "sort_files"]

CHECKPOINTS = ".ipynb_checkpoints"
METADATA_BYTES = 10_000_000
TIMESTAMP_BYTES = 1_000
# So many names stand in one line.
NAMED = 5


@dataclass(frozen=True)
class Sorted:
    """What lies in a download.

    Args:
        claimed: The notebooks whose path tells whose they are.
        problems: Lines for what cannot be imported.
        notes: Lines for what is no notebook.
    """

    claimed: tuple[Claimed, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def sort_files(source: Source, assignments: Collection[str], roster: Roster | None, zone: tzinfo | None) -> Sorted:
    """Sort the files of a download.

    Args:
        source: The files.
        assignments: The assignments of the course.
        roster: The people of the class, if they are known.
        zone: The zone in which the platform shows times; that of this machine if None.
    """
    problems = list(source.problems)
    context = Context(assignments, timestamps=_timestamps(source.members), zone=zone, roster=roster)
    context = _with_gradescope(context, source.members, problems)
    claimed: list[Claimed] = []
    others: list[Member] = []
    for member in source.members:
        if not member.parts[-1].lower().endswith(".ipynb") or CHECKPOINTS in member.parts:
            others.append(member)
            continue
        claim = recognise(member, context)
        if claim is None:
            problems.append(f"{member.name}: its path does not tell whose it is; not imported. {_advice(roster)}")
        else:
            claimed.append(Claimed(member, claim))
    return Sorted(tuple(claimed), tuple(problems), tuple(_rest(others)))


def _advice(roster: Roster | None) -> str:
    return "Nobody on the roster is called like a folder of it." if roster else "A --roster knows folders by names."


def _timestamps(members: Sequence[Member]) -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for member in members:
        if member.parts[-1] == TIMESTAMP and member.trusted == len(member.parts):
            try:
                text = member.read(TIMESTAMP_BYTES)
            except Refused:
                # A time that nobody can read is a time that nobody knows.
                text = b""
            found[member.parts[:-1]] = tidy(text.decode("utf-8", "replace"), 100).strip()
    return found


def _with_gradescope(context: Context, members: Sequence[Member], problems: list[str]) -> Context:
    """Add what Gradescope's metadata say; a file of this name that a student handed in says nothing."""
    for member in sorted(members, key=lambda member: len(member.parts)):
        if member.parts[-1] != METADATA or member.trusted < len(member.parts) or recognise(member, context):
            continue
        try:
            known = read_metadata(member.read(METADATA_BYTES), member.parts[:-1])
        except Refused as error:
            problems.append(f"{member.name} {error}; it was left aside.")
            continue
        context = replace(context, gradescope={**known, **context.gradescope})
    return context


def _rest(members: Sequence[Member]) -> Iterator[str]:
    by_folder: defaultdict[str, list[str]] = defaultdict(list)
    for member in members:
        if member.parts[-1] not in (TIMESTAMP, METADATA):
            by_folder[member.parts[0] if len(member.parts) > 1 else ""].append(
                "/".join(member.parts[1:] or member.parts)
            )
    for folder, names in sorted(by_folder.items()):
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        yield f"{folder or 'At the top'}: left aside, as it is no notebook: {', '.join(names[:NAMED])}{more}."
