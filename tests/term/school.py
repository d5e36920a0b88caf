"""A class of forty and what each of them hands in; what it is worth is known beforehand."""

import itertools
import json
import zipfile
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO

from course_utils.submit import submit
from tests.grade import mini

FIRST = ("Jörg", "Seán", "Zoë", "Anna-Lena", "Łukasz", "Mei", "Ngọc", "Özlem")
LAST = ("Müller", "O'Brien", "van der Berg", "García López", "Weiß")
ON_TIME, LATE, EARLY = "Mar 10, 2026 0930 PM", "Mar 12, 2026 1005 AM", "Mar 9, 2026 0815 AM"
DUE = "2026-03-11 12:00:00 UTC"
GOOD = mini.PERFECT
WEAK = {**GOOD, "momentum": mini.HEAVY_BALL}
OTHER = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [mini.code("print('another course')")]}


@dataclass(frozen=True)
class Student:
    """One of the class: `marks` are those of the checks, `counts` says whether lateness leaves them."""

    id: str
    first: str
    last: str
    kind: str
    attempts: tuple = ()
    marks: float = 0.0
    counts: bool = True
    moodle: bool = False
    imported: bool = True
    answers: bool = field(default=True)

    @property
    def name(self):
        return f"{self.first} {self.last}"


# Kind, how many, attempts as (when, sources or bytes), marks of the checks, and what else differs.
KINDS = (
    ("good", 8, ((ON_TIME, GOOD),), 4, {}),
    ("good by Moodle", 6, (("", GOOD),), 4, {"moodle": True}),
    ("weak", 6, ((ON_TIME, WEAK),), 3, {}),
    ("weak by Moodle", 2, (("", WEAK),), 3, {"moodle": True}),
    ("untouched", 4, ((ON_TIME, {}),), 0, {"answers": False}),
    ("late", 4, ((LATE, GOOD),), 4, {"counts": False}),
    ("half written", 2, ((ON_TIME, 0.5),), 0, {"answers": False}),
    ("empty", 1, ((ON_TIME, 0.0),), 0, {"answers": False}),
    ("another course", 1, ((ON_TIME, OTHER),), 0, {"imported": False, "answers": False}),
    ("two attempts", 6, ((EARLY, WEAK), (ON_TIME, GOOD)), 4, {}),
)


def people():
    """Return the class."""
    names = itertools.product(FIRST, LAST)
    ids = (f"st{number:02}" for number in range(1, 41))
    return [
        Student(next(ids), *next(names), kind, attempts, marks, **more)
        for kind, count, attempts, marks, more in KINDS
        for _ in range(count)
    ]


def roster(students):
    """Return the roster as csv."""
    lines = [f"{one.id},{one.first},{one.last},{one.id}@uni.example" for one in students]
    return "id,first name,last name,email\n" + "\n".join(lines) + "\n"


def hand_in(students, edition, folder):
    """Everybody works in a copy of the student edition and hands in; return the platforms' two downloads."""
    brightspace, moodle = folder / "brightspace.zip", folder / "moodle.zip"
    with zipfile.ZipFile(brightspace, "w") as first, zipfile.ZipFile(moodle, "w") as second:
        for number, one in enumerate(students, start=1):
            for attempt, (when, work) in enumerate(one.attempts):
                name, content = _file(edition, folder / "homes" / f"{one.id}-{attempt}", work)
                if one.moodle:
                    second.writestr(f"{one.name}_{500 + number}_assignsubmission_file_/{name}", content)
                else:
                    first.writestr(f"{1000 + number}-7 - {one.name} - {when}/{name}", content)
        first.writestr("index.html", "<table></table>")
    return brightspace, moodle


def _file(edition, home, work):
    """Return name and content of what a student uploads."""
    path = home / f"{mini.NAME}.ipynb"
    path.parent.mkdir(parents=True)
    released = edition / "notebooks" / mini.NAME / path.name
    if work is OTHER:
        return "lab3.ipynb", json.dumps(OTHER).encode()
    if isinstance(work, float):
        content = released.read_bytes()
        return path.name, content[: int(len(content) * work)]
    notebook = json.loads(released.read_bytes())
    for cell_id, source in work.items():
        mini.cell(notebook, cell_id)["source"] = source
    path.write_text(json.dumps(notebook))
    with redirect_stdout(StringIO()):
        made = submit(str(path))
    return made.name, made.read_bytes()
