"""The roster: who is in the class, under which id, and under which names platforms know them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from rapidfuzz import fuzz, process

from autograder.grade.csv_table import read_table
from autograder.grade.types import GradingError
from autograder.importing.columns import (
    EMAIL,
    FIRST,
    ID,
    LAST,
    NAME,
    NO_NAMES,
    by_plain_name,
    check_header,
    first_of,
    is_canvas,
    participant_column,
)
from autograder.importing.people import FOLDINGS, TEST_STUDENT, is_student_id, rotations, sortable, words
from autograder.importing.types import Who

__all__ = ["Ambiguous", "Person", "Roster", "Unknown", "read_roster"]

# Not a student: the line of Canvas with the marks that can be had.
NO_STUDENT = "points possible"
# From this share of letters in common, in per cent, a name is offered in place of one that nobody has.
NEAR = 75
# An id inside of a label: neither letters nor digits beside it, and so many characters at least.
ALONE = r"(?<![^\W_]){}(?![^\W_])"
SHORTEST = 3
Folding = Callable[[str], str]


class Unknown(Exception):
    """Nobody, or more than one person, fits; the message is the end of a sentence."""


class Ambiguous(Unknown):
    """More than one person fits."""


@dataclass(frozen=True)
class Person:
    """A line of the roster.

    Args:
        id: The student's id in the gradebook.
        name: The name, given name first where the roster tells which is which.
        sortable: The name with the family name first; empty where the roster does not tell.
        ids: Pairs of a kind and a value by which platforms know this person.
        row: The line as it was read, by column.
    """

    id: str
    name: str = ""
    sortable: str = ""
    ids: frozenset[tuple[str, str]] = frozenset()
    row: Mapping[str, str] = field(default_factory=dict, compare=False)


class Roster:
    """The people of a class.

    Args:
        people: All of them; ids differ.
        columns: The columns of the file, in its order.
        notes: What was odd about the file, a line each.
    """

    def __init__(self, people: Sequence[Person], columns: Sequence[str] = (), notes: Sequence[str] = ()) -> None:
        self.people = tuple(people)
        self.columns = tuple(columns)
        self.notes = tuple(notes)
        self._ids: defaultdict[tuple[str, str], set[Person]] = defaultdict(set)
        self._names: defaultdict[tuple[str, int, str], set[Person]] = defaultdict(set)
        for person in self.people:
            for kind, value in (("id", person.id), *person.ids):
                self._ids[kind, value.casefold()].add(person)
            for level, folded in enumerate(FOLDINGS):
                for order, text in _orders(person):
                    self._names[order, level, folded(text)].add(person)

    def find(self, who: Who) -> Person:
        """Return the one person that fits: by an id, else by the name as written, without accents, with ae for ä.

        Raises:
            Unknown: Nobody fits, or the best fit is not one person.
        """
        for kind, value in who.ids:
            if found := self._ids.get((kind, value.casefold())):
                return _one(found, who)
        for name in (who.name, *who.others):
            if found := self._called(name, sortable=who.sortable):
                return _one(found, who)
        raise Unknown("is not on the roster")

    def has_id(self, ids: Iterable[tuple[str, str]]) -> bool:
        """Whether one of these pairs of a kind and a value is somebody's."""
        return any((kind, value.casefold()) in self._ids for kind, value in ids)

    def id_in(self, label: str) -> str:
        """Return the one id that stands in a label between signs; "" if none does, or more than one.

        Numbers, ids of less than three characters and ids that are somebody's name are not looked for: other things
        are called so, too.
        """
        names = {FOLDINGS[-1](word) for person in self.people for word in words(person.name)}
        sure = (one.id for one in self.people if len(one.id) >= SHORTEST and FOLDINGS[-1](one.id) not in names)
        found = [one for one in sure if not one.isdigit() and re.search(ALONE.format(re.escape(one)), label, re.I)]
        return found[0] if len(found) == 1 else ""

    def named_in(self, label: str) -> str:
        """Return the id of the one person whose whole name stands in a label; "" if nobody's does, or several's.

        The words of the name may stand in any order, and with other words. A name of one word is not looked for.
        """
        found = [one.id for one in self.people if any(_stands_in(one.name, label, folded) for folded in FOLDINGS)]
        return found[0] if len(found) == 1 else ""

    def _called(self, name: str, *, sortable: bool) -> set[Person]:
        """Return those whose name fits best; nobody if none fits."""
        for order in ("sortable" if sortable else "natural", "any"):
            for level, folded in enumerate(FOLDINGS):
                text = folded(name)
                if text and (found := self._names.get((order, level, text))):
                    return found
        return set()

    @property
    def has_names(self) -> bool:
        """Whether anybody on it has a name."""
        return any(person.name for person in self.people)

    def near(self, name: str) -> str:
        """Return the end of a sentence on a name that nobody has: the most similar one, or why there is none."""
        if name and not self.has_names:
            return ", which has no names"
        person = self.nearest(name)
        return f"; the nearest name there is {person.name} ({person.id})" if person else ""

    def nearest(self, name: str) -> Person | None:
        """Return the person whose name is most similar; None if nobody's is."""
        found = process.extractOne(FOLDINGS[-1](name), self._folded.keys(), scorer=fuzz.ratio, score_cutoff=NEAR)
        return self._folded[found[0]] if found else None

    @cached_property
    def _folded(self) -> dict[str, Person]:
        return {FOLDINGS[-1](text): person for person in self.people for _, text in _orders(person) if text}


def _stands_in(name: str, label: str, folded: Folding) -> bool:
    own = _folded_words(name, folded)
    return len(own) > 1 and own <= _folded_words(label, folded)


def _folded_words(text: str, folded: Folding) -> set[str]:
    return {folded(word) for word in re.split(r"[\W_]+", unicodedata.normalize("NFC", text)) if word}


def read_roster(path: Path) -> Roster:
    """Read a roster: a csv with an id and a name, or one that Canvas, Moodle, Brightspace or Gradescope exports.

    Raises:
        GradingError: It cannot be read, or somebody is in it twice. The message names the lines.
    """
    columns, rows, said = read_table(path, "the roster")
    try:
        check_header(columns)
    except GradingError as error:
        raise GradingError(f"the roster {path} cannot be used: {error}") from error
    plain = by_plain_name(columns)
    people: list[Person] = []
    lines: dict[tuple[str, str], int] = {}
    problems: list[str] = []
    for number, row in rows:
        cells = {key: row.get(name, "").strip() for key, name in plain.items()}
        if _is_no_student(cells, row.get(columns[0], "")):
            continue
        person = _person(cells, row)
        problems += _problems(person, number, lines)
        people.append(person)
    if problems:
        raise GradingError(f"the roster {path} cannot be used:\n" + "\n".join(f"  {line}" for line in problems))
    if not people:
        raise GradingError(f"the roster {path} names nobody; it needs a column id and a column name")
    return Roster(people, columns, (*said, *_notes(people, columns)))


def _is_no_student(cells: Mapping[str, str], first: str) -> bool:
    """Say whether a line of Canvas is about the columns, as `Points Possible` and `Manual Posting`, or its own test."""
    if NO_STUDENT in first.casefold():
        return True
    if not is_canvas(cells):
        return False
    sure = [cells.get(name, "") for name in ("id", *ID)]
    return not any(sure) or FOLDINGS[0](cells.get("student", "")) in TEST_STUDENT


def _person(cells: Mapping[str, str], row: Mapping[str, str]) -> Person:
    own = participant_column({name: name for name in cells}) or ("id" if is_canvas(cells) else "")
    canvas = is_canvas(cells)
    # Brightspace writes a sign before ids, so that spreadsheets take them for text.
    usual = [cells.get(name, "").lstrip("#") for name in ID if name != own]
    email = first_of(cells, EMAIL)
    found = None if canvas else re.fullmatch(r"\D*(\d+)", cells.get(own or "identifier", ""))
    ids = {("id", value) for value in usual if value}
    ids |= {("email", email)} if email else set()
    ids |= {("moodle", found[1])} if found else set()
    if number := cells.get("canvas_id") or (cells.get("id", "") if canvas else ""):
        ids.add(("canvas", number))
    first, last, name = first_of(cells, FIRST), first_of(cells, LAST), first_of(cells, NAME)
    if "," in name and not last:
        last, _, first = (part.strip() for part in name.partition(","))
    full = f"{first} {last}".strip() or name
    # Moodle's grading worksheet has no id but the email.
    chosen = next((value for value in usual if value), "") or email.partition("@")[0]
    if not chosen and found:  # an anonymous one has none at all
        chosen = f"participant-{found[1]}"
    return Person(chosen, full, sortable(first, last) if first and last else "", frozenset(ids), row)


def _problems(person: Person, number: int, lines: dict[tuple[str, str], int]) -> Iterator[str]:
    if not person.id:
        yield f"line {number}: there is no id"
    elif not is_student_id(person.id):
        yield f"line {number}: {person.id!r} cannot be a student's id, which is the name of a folder"
    for kind, value in sorted({("id", person.id), *person.ids}):
        earlier = lines.setdefault((kind, value.casefold()), number)
        if value and earlier != number:
            yield f"line {number}: {value!r} stands in line {earlier}, too"


def _notes(people: Sequence[Person], columns: Sequence[str]) -> Iterator[str]:
    """Say where ids were made from emails, and whether there are names."""
    made = [person for person in people if {"id", "email"} & {kind for kind, _ in person.ids} == {"email"}]
    if made:
        email = next(value for kind, value in made[0].ids if kind == "email")
        column = first_of(by_plain_name(columns), EMAIL)
        some = f"{len(made)} of {len(people)} {'has' if len(made) == 1 else 'have'} no id"
        where = "there is no column of ids" if not set(by_plain_name(columns)) & set(ID) else some
        said = f"what stands before the @ in the column {column!r} was taken, as {made[0].id!r} of {email!r}"
        yield f"the roster: {where}; {said}."
    if not any(person.name for person in people):
        yield f"the roster: there is {NO_NAMES} in the header: {', '.join(columns)}."


def _orders(person: Person) -> Iterator[tuple[str, str]]:
    yield "natural", person.name
    if person.sortable:
        yield "sortable", person.sortable
    for text in (*rotations(person.name), *rotations(person.sortable)):
        yield "any", text


def _one(found: set[Person], who: Who) -> Person:
    if len(found) > 1:
        raise Ambiguous(f"may be {' or '.join(sorted(person.id for person in found))}")
    (person,) = found
    return person
