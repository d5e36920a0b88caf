"""Sort the files of a download: notebooks and whose they are, what tells about them, and all the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from autograder.grade.collect import TIMESTAMP
from autograder.grade.file_names import is_notebook
from autograder.grade.read import tidy
from autograder.importing.attempts import Claimed
from autograder.importing.gradescope import METADATA, read_metadata
from autograder.importing.layouts import Context, recognise
from autograder.importing.roster import Roster
from autograder.importing.types import Member, Refused, Source

__all__ = ["CHECKPOINTS", "Sorted", "left_aside", "some", "sort_files"]

CHECKPOINTS = ".ipynb_checkpoints"
METADATA_BYTES = 10_000_000
TIMESTAMP_BYTES = 1_000
# So many names stand in one line.
NAMED = 5
# What tells about submissions and is none.
ABOUT = (TIMESTAMP, METADATA)


@dataclass(frozen=True)
class Sorted:
    """What lies in a download.

    Args:
        claimed: The notebooks whose path tells whose they are.
        problems: Lines for what cannot be imported.
        others: The files that are no notebooks, where the path tells whose they are.
        rest: The files that are no notebooks, and nobody's.
    """

    claimed: tuple[Claimed, ...]
    problems: tuple[str, ...]
    others: tuple[Claimed, ...]
    rest: tuple[Member, ...]


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
    others: list[Claimed] = []
    rest: list[Member] = []
    for member in source.members:
        claim = recognise(member, context)
        name = claim.file_name or member.parts[-1] if claim else member.parts[-1]
        notebook = is_notebook(name, assignments) and CHECKPOINTS not in member.parts
        if claim is not None and (notebook or member.parts[-1] not in ABOUT):
            (claimed if notebook else others).append(Claimed(member, claim))
        elif notebook:
            problems.append(f"{member.name}: its path does not tell whose it is; not imported. {_advice(roster)}")
        else:
            rest.append(member)
    return Sorted(tuple(claimed), tuple(problems), tuple(others), tuple(rest))


def left_aside(members: Iterable[Member]) -> Iterator[str]:
    """Yield a line for each folder at the top in which files are no notebooks."""
    by_folder: defaultdict[str, list[str]] = defaultdict(list)
    for member in members:
        if member.parts[-1] not in ABOUT:
            by_folder[member.parts[0] if len(member.parts) > 1 else ""].append(
                "/".join(member.parts[1:] or member.parts)
            )
    for folder, names in sorted(by_folder.items()):
        yield f"{folder or 'At the top'}: left aside, as it is no notebook: {some(names, NAMED)}."


def some(names: Sequence[str], most: int) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _advice(roster: Roster | None) -> str:
    if roster is None:
        return "A --roster knows folders by names."
    return f"Nobody on the roster{'' if roster.has_names else ', which has no names,'} is called like a folder of it."


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
