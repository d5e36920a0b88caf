"""Who handed in no notebook: files that are none, and people of the roster with nothing in their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from autograder.importing.attempts import Claimed
from autograder.importing.file_sorting import CHECKPOINTS, some
from autograder.importing.roster import Roster, Unknown
from autograder.importing.types import Member, Who

__all__ = ["Owner", "missing", "owner", "without_notebook"]

# So many ids stand in one line.
NAMED = 20


@dataclass(frozen=True)
class Owner:
    """Whose a file is, for a line about it.

    Args:
        label: What people read.
        account: What tells two people of one label apart; empty if the label does.
        problem: Why nothing of theirs can be imported; empty if it can.
    """

    label: str
    account: str = ""
    problem: str = field(default="", compare=False)


def owner(one: Claimed, who: Who, roster: Roster | None, found: Callable[[Who], str]) -> Owner:
    """Return whose a file is.

    Args:
        one: The file.
        who: One of the people who handed it in.
        roster: The people of the class; None if nobody gave them.
        found: Returns the id, or raises `Unknown`.
    """
    try:
        student = found(who)
    except Unknown as error:
        name = who.name or (who.ids[0][1] if who.ids else "")
        return Owner(f"{name!r} ({one.claim.layout})", "" if roster else one.claim.account, str(error))
    name = roster.find(who).name if roster else who.name
    return Owner(f"{student} ({name})" if name not in ("", student) else student, "" if roster else one.claim.account)


def without_notebook(
    others: Iterable[Claimed], notebooks: Iterable[Claimed], owner_of: Callable[[Claimed, Who], Owner], wanted: str
) -> tuple[list[str], list[Member]]:
    """Find out whose files are all no notebooks.

    Args:
        others: The files that are none.
        notebooks: All notebooks of the same download.
        owner_of: Returns whose a file is.
        wanted: The assignment that is imported; empty for all.

    Returns:
        A line for each student without a notebook, and the files of all others.
    """
    have: defaultdict[Owner, set[str]] = defaultdict(set)
    for one in notebooks:
        for who in one.claim.people:
            have[owner_of(one, who)].add(one.claim.assignment)
    lacking: defaultdict[tuple[Owner, str], list[str]] = defaultdict(list)
    rest: list[Member] = []
    for one in others:
        assignment = one.claim.assignment
        owners = [owner_of(one, who) for who in one.claim.people if not wanted or assignment in ("", wanted)]
        alone = [each for each in owners if not {assignment, ""} & have[each] and (assignment or not have[each])]
        for each in alone:
            lacking[each, assignment].append(_file(one))
        if not alone:
            rest.append(one.member)
    return [_line(*key, files) for key, files in sorted(lacking.items(), key=lambda pair: pair[0][0].label)], rest


def missing(roster: Roster, out: Path, assignment: str) -> str:
    """Return a line on who on the roster has no submission; empty if everybody has one.

    Args:
        roster: The people of the class.
        out: The folder of submissions.
        assignment: The name of the assignment.
    """
    ids = [one.id for one in roster.people if not any((out / one.id / assignment).glob("*.ipynb"))]
    if not ids:
        return ""
    verb = "has" if len(ids) == 1 else "have"
    return f"{assignment}: {len(ids)} of {len(roster.people)} on the roster {verb} no submission: {some(ids, NAMED)}."


def _file(one: Claimed) -> str:
    parts = one.member.parts
    if CHECKPOINTS in parts:
        return "/".join(parts[parts.index(CHECKPOINTS) :])
    return one.claim.file_name or parts[-1]


def _line(who: Owner, assignment: str, files: list[str]) -> str:
    of = f" of {assignment}" if assignment else ""
    unknown = f", and {who.problem}" if who.problem else ""
    return f"{who.label} handed in no notebook{of}, only {some(list(dict.fromkeys(files)), 5)}{unknown}"
