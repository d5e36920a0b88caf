"""A class of forty and what each of them hands in; what it is worth is known beforehand."""

import itertools
import json
import zipfile
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO

from course_utils.submit import submit
from tests.attacks import stock
from tests.grade import mini

FIRST = ("Jörg", "Seán", "Zoë", "Anna-Lena", "Łukasz", "Mei", "Ngọc", "Özlem")
LAST = ("Müller", "O'Brien", "van der Berg", "García López", "Weiß")
# Due tomorrow: what goes through nbgrader's exchange is handed in now.
TODAY = datetime.now(UTC)
DUE = TODAY + timedelta(days=1)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def written(when):
    """A time as Brightspace writes it: `Mar 1, 2026 1023 PM`."""
    half = "PM" if when.hour >= 12 else "AM"
    return f"{MONTHS[when.month - 1]} {when.day}, {when.year} {(when.hour - 1) % 12 + 1:02}{when.minute:02} {half}"


ON_TIME, LATE, EARLY = (written(TODAY + timedelta(days=days)) for days in (-1, 2, -2))
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
    exchange: bool = False
    imported: bool = True
    answers: bool = field(default=True)

    @property
    def name(self):
        return f"{self.first} {self.last}"


# Kind, how many, attempts as (when, sources or bytes), marks of the checks, and what else differs.
KINDS = (
    ("good", 5, ((ON_TIME, GOOD),), 4, {}),
    ("good by nbgrader", 3, (("", GOOD),), 4, {"exchange": True}),
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
    """Those without nbgrader work in a copy of the student edition; return the platforms' two downloads."""
    brightspace, moodle = folder / "brightspace.zip", folder / "moodle.zip"
    with zipfile.ZipFile(brightspace, "w") as first, zipfile.ZipFile(moodle, "w") as second:
        for number, one in enumerate(students, start=1):
            if one.exchange:
                continue
            for attempt, (when, work) in enumerate(one.attempts):
                name, content = work_of(edition, folder / "homes" / f"{one.id}-{attempt}", work)
                if one.moodle:
                    second.writestr(f"{one.name}_{500 + number}_assignsubmission_file_/{name}", content)
                else:
                    first.writestr(f"{1000 + number}-7 - {one.name} - {when}/{name}", content)
        first.writestr("index.html", "<table></table>")
    return brightspace, moodle


def work_of(edition, home, work):
    """Return name and content of what a student uploads."""
    path = home / f"{mini.NAME}.ipynb"
    path.parent.mkdir(parents=True)
    released = edition / "notebooks" / mini.NAME / path.name
    if work is OTHER:
        return "lab3.ipynb", json.dumps(OTHER).encode()
    if isinstance(work, float):
        content = released.read_bytes()
        return path.name, content[: int(len(content) * work)]
    _write(released, path, work)
    with redirect_stdout(StringIO()):
        made = submit(str(path))
    return made.name, made.read_bytes()


def _write(released, path, work):
    notebook = json.loads(released.read_bytes())
    for cell_id, source in work.items():
        mini.cell(notebook, cell_id)["source"] = source
    path.write_text(json.dumps(notebook))


def hand_in_by_nbgrader(students, teacher, folder):
    """nbgrader's own commands release, fetch and submit; return the exchange's folder of what came in."""
    exchange = folder / "exchange"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    stock.nbgrader(teacher, "release_assignment", mini.NAME, f"--Exchange.root={exchange}")
    for one in (one for one in students if one.exchange):
        home = folder / "homes" / one.id
        home.mkdir(parents=True)
        options = ("--course", "mini", f"--Exchange.root={exchange}", f"--Exchange.cache={home / 'cache'}")
        stock.nbgrader(home, "fetch_assignment", mini.NAME, *options)
        fetched = home / mini.NAME / f"{mini.NAME}.ipynb"
        _write(fetched, fetched, one.attempts[0][1])
        stock.nbgrader(home, "submit", mini.NAME, *options, f"--student={one.id}")
    return exchange / "mini" / "inbound"
