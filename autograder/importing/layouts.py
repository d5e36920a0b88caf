"""Whose a file is, from its path: one recogniser for the layout of each product.

A recogniser is given the parts of a path and the place of one of them. Places are tried from the outside in, and only
as far as the platform wrote the path, so that nobody hands in under another name by naming a file in an archive.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from autograder.grade.file_names import workbook_called
from autograder.grade.times import time_of
from autograder.importing.people import is_participant, slug
from autograder.importing.roster import Roster, Unknown
from autograder.importing.times import local_time
from autograder.importing.types import Claim, Member, Who

__all__ = ["Context", "recognise"]

Parts = tuple[str, ...]
CANVAS = re.compile(r"(?:(?P<name>.*?)_)?(?:(?P<late>LATE)_)?(?P<id>\d+|anon_[A-Za-z0-9]+)_\d+_(?P<file>.+)")
# A name as Canvas writes it: without spaces, and without capitals.
CANVAS_NAME = re.compile(r"[^\s_A-Z]*")
MOODLE = re.compile(r"(?P<name>[^_]+)_(?P<id>\d+)_assignsubmission_[a-z]+(?:_(?P<file>.*))?")
BRIGHTSPACE = re.compile(r"(?P<id>\d+)-\d+ ?- ?(?P<name>.+?) ?- ?(?P<date>[^-]*?\d{4}[^-]*?)(?: - (?P<file>.+))?")
EXCHANGE = re.compile(r"(?P<id>[^+]+)\+(?P<assignment>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^+]*)(?:\+.*)?")
BLACKBOARD = re.compile(
    r"(?P<login>.+)_attempt_(?P<date>\d{4}-\d\d-\d\d)-(?P<hour>\d\d)-(?P<minute>\d\d)-\d\d(?:_(?P<file>.+)|\.txt)"
)
ILIAS = re.compile(r"(?P<name>.+)_(?P<number>\d+)")
# What ILIAS calls the folder of the submissions and those of teams; without a roster, one of them has to be above.
ILIAS_FOLDER = re.compile(r"Abgaben|Submissions|Team \d+", re.IGNORECASE)
CLASSROOM = re.compile(r"(?P<name>[^/]+?) - (?P<file>.+)")
# Folders of nbgrader and of the student edition that stand above an assignment's and are no student.
NO_STUDENT = ("submitted", "release", "source", "autograded", "feedback", "notebooks", "inbound")


@dataclass(frozen=True)
class Context:
    """What recognisers know besides the path.

    Args:
        assignments: The assignments of the course.
        gradescope: What Gradescope's metadata say, by the path of a submission's folder.
        timestamps: Texts of nbgrader's `timestamp.txt`, by the path of their folder.
        zone: The zone in which the platform shows times; that of this machine if None.
        roster: The people of the class; None if nobody gave them.
    """

    assignments: Collection[str]
    gradescope: Mapping[Parts, Claim] = field(default_factory=dict)
    timestamps: Mapping[Parts, str] = field(default_factory=dict)
    zone: tzinfo | None = None
    roster: Roster | None = None


def recognise(member: Member, context: Context) -> Claim | None:
    """Return whose a file is, or None if no layout tells."""
    for place in range(min(member.trusted, len(member.parts))):
        for recogniser in RECOGNISERS:
            claim = recogniser(member.parts, place, context)
            if claim is not None:
                return claim
    return None


def gradescope(parts: Parts, place: int, context: Context) -> Claim | None:
    """Gradescope's export: `submission_12345678/...`, people and times in `submission_metadata.yml` beside it."""
    known = context.gradescope.get(parts[: place + 1])
    if known is None or place + 1 == len(parts):
        return None
    return Claim(known.layout, known.people, parts[-1], known.when, account=known.account)


def exchange(parts: Parts, place: int, context: Context) -> Claim | None:
    """The inbound folder of nbgrader's exchange: `lena+02_optimizers+2026-03-01 12:00:00.123456 UTC[+random]/...`."""
    found = EXCHANGE.fullmatch(parts[place])
    if not found or place + 1 == len(parts):
        return None
    student = found["id"].strip()
    who = Who(student, ids=(("id", student),), fallback=student)
    when, unread = _read_time(found["time"])
    return Claim("nbgrader exchange", (who,), parts[-1], when, assignment=found["assignment"], unread_time=unread)


def nbgrader(parts: Parts, place: int, context: Context) -> Claim | None:
    """Nbgrader's `submitted` folder: `lena/02_optimizers/02_optimizers.ipynb`, its time in `timestamp.txt`."""
    if len(parts) < place + 3 or parts[place + 1] not in context.assignments or parts[place] in NO_STUDENT:
        return None
    student = parts[place]
    when, unread = _read_time(context.timestamps.get(parts[: place + 2], ""))
    who = Who(student, ids=(("id", student),), fallback=student)
    return Claim("nbgrader", (who,), parts[-1], when, assignment=parts[place + 1], unread_time=unread)


def _read_time(text: str) -> tuple[datetime | None, str]:
    """Return a time, or else the text that nobody can read."""
    when = time_of(text)
    return when, "" if when else text


def moodle(parts: Parts, place: int, context: Context) -> Claim | None:
    """Moodle's "Download all submissions": `Lena Meier_123_assignsubmission_file_/...`, or all in one folder.

    The number is that of the participant in this assignment, not the user's. In group assignments, the name of the
    group stands before that of the member, and each member has the file; in anonymous ones nobody has a name.
    """
    found = MOODLE.fullmatch(parts[place])
    if not found:
        return None
    last = place + 1 == len(parts)
    name, number = found["name"], found["id"]
    pieces = name.split("-")
    others = tuple("-".join(pieces[place:]).strip() for place in range(1, len(pieces)))
    fallback = f"participant-{number}" if is_participant(name) else slug(name)
    who = Who(name, ids=(("moodle", number),), fallback=fallback, others=others)
    file_name = found["file"] or "" if last else parts[-1]
    label = parts[place][: found.start("file")] if found["file"] else parts[place]
    return Claim("Moodle", (who,), file_name, account=_account(parts, place, found["id"]), label=label)


def brightspace(parts: Parts, place: int, context: Context) -> Claim | None:
    """Brightspace's download: `12345-67890 - Lena Meier - Oct 12, 2026 1023 PM/...`, or the file's name at the end."""
    found = BRIGHTSPACE.fullmatch(parts[place])
    last = place + 1 == len(parts)
    if not found or (last and not found["file"]):
        return None
    when = local_time(found["date"], context.zone)
    who = Who(found["name"], fallback=slug(found["name"]))
    unread = "" if when else found["date"]
    label = parts[place].removesuffix(f" - {found['file']}")
    return Claim("Brightspace", (who,), found["file"] if last else parts[-1], when, unread_time=unread, label=label)


def canvas(parts: Parts, place: int, context: Context) -> Claim | None:
    """Canvas's "Download submissions": `meierlena_LATE_1234_56789_02_optimizers-1.ipynb`, or `anon_x1y2z_56789_...`.

    The name is the sortable one in small letters, in one word; the first number is the user's, the second the file's.
    """
    last = place + 1 == len(parts)
    found = CANVAS.fullmatch(parts[place]) if last or parts[place].lower().endswith(".zip") else None
    if not found:
        return None
    name, user = found["name"] or "", found["id"]
    # Without a name, or in a folder that may be a student's, any two numbers look like this.
    unsure = not name and not found["late"] and user.isdigit()
    unsure |= context.roster is None and place > 0 and not parts[place - 1].lower().endswith(".zip")
    if not CANVAS_NAME.fullmatch(name.removesuffix("LATE")):
        return None
    if unsure and not workbook_called(found["file"], context.assignments):
        return None
    # Names are in small letters, so this is the mark of a late submission without a name.
    late, name = bool(found["late"]) or name == "LATE", "" if name == "LATE" else name
    fallback = f"{slug(name)}-{user}" if name else user
    who = Who(name, sortable=True, ids=(("canvas", user),), fallback=fallback)
    file_name = found["file"] if last else parts[-1]
    label = parts[place][: found.start("file")]
    return Claim("Canvas", (who,), file_name, late=late, account=_account(parts, place, user), label=label)


def one_folder_each(parts: Parts, place: int, context: Context) -> Claim | None:
    """One folder per student, called by an id, an email or a name of the roster; without a roster nobody knows.

    An id or a whole name may also stand among other words: `Meier, Lena(lmeier)` of Sakai, `homework-lmeier` of GitHub
    Classroom, `Meier_Lena_4711`.
    """
    if context.roster is None or place + 1 == len(parts):
        return None
    label = parts[place].removesuffix(".zip")
    who = Who(label, ids=(("id", label), ("email", label)))
    try:
        context.roster.find(who)
    except Unknown:
        login = context.roster.id_in(label) or context.roster.named_in(label)
        if not login:
            return None
        who = Who(login, ids=(("id", login),))
    return Claim("one folder each", (who,), parts[-1])


def one_file_each(parts: Parts, place: int, context: Context) -> Claim | None:
    """Files beside each other, each with an id or a whole name of the roster in its own: `lmeier_02_optimizers.ipynb`.

    Below a folder that may be somebody's whose name is misspelt, the name of a file is the student's and tells nothing.
    """
    roster, label = context.roster, parts[place]
    if roster is None or place + 1 != len(parts) or any(roster.nearest(part) for part in parts[:place]):
        return None
    login = roster.id_in(label) or roster.named_in(label)
    return Claim("one file each", (Who(login, ids=(("id", login),)),), parts[-1]) if login else None


def blackboard(parts: Parts, place: int, context: Context) -> Claim | None:
    """Blackboard's download: `Homework_lmeier_attempt_2026-03-01-12-00-00_02_optimizers.ipynb`."""
    found = BLACKBOARD.fullmatch(parts[place])
    if not found or place + 1 != len(parts):
        return None
    when = local_time(f"{found['date']} {found['hour']}:{found['minute']}", context.zone)
    who = _by_login(found["login"].split("_"), context)
    return Claim("Blackboard", (who,), found["file"] or parts[-1], when)


def ilias(parts: Parts, place: int, context: Context) -> Claim | None:
    """ILIAS's download: `02_optimizers/Abgaben/Team 12/meier_lena_lmeier_4711/...`, the login before the number."""
    found = ILIAS.fullmatch(parts[place])
    if not found or place + 1 == len(parts) or "_" not in found["name"]:
        return None
    who = _by_login(found["name"].split("_"), context)
    if not any(ILIAS_FOLDER.fullmatch(part) for part in parts[:place]):
        try:
            if context.roster is None or context.roster.find(who) is None:
                return None
        except Unknown:
            return None
    return Claim("ILIAS", (who,), parts[-1], account=_account(parts, place, found["number"]))


def _by_login(words: Sequence[str], context: Context) -> Who:
    """Return who is meant by words of which the last are a login, and those before may be a name."""
    for count in range(1, len(words) + 1):
        login = "_".join(words[-count:])
        ids = (("id", login), ("email", login))
        if context.roster is not None and context.roster.has_id(ids):
            return Who(login, ids=ids, fallback=login)
    login, name = words[-1], " ".join(words[:-1])
    return Who(login, ids=(("id", login), ("email", login)), fallback=login, others=(name,) if name else ())


def classroom(parts: Parts, place: int, context: Context) -> Claim | None:
    """The Drive folder of Google Classroom: `Lena Meier - Copy of 02_optimizers.ipynb`."""
    found = CLASSROOM.fullmatch(parts[place])
    if not found or place + 1 != len(parts) or not workbook_called(found["file"], context.assignments):
        return None
    who = Who(found["name"], fallback=slug(found["name"]))
    return Claim("Google Classroom", (who,), found["file"])


def _account(parts: Parts, place: int, number: str) -> str:
    return "/".join((*parts[:place], number))


RECOGNISERS: tuple[Callable[[Parts, int, Context], Claim | None], ...] = (
    gradescope, exchange, moodle, brightspace, blackboard, nbgrader, canvas, ilias, one_folder_each, classroom,
    one_file_each,
)  # fmt: skip
