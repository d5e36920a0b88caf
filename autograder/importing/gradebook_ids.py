"""Who on a roster a student of the gradebook is: by any id, login or email, from the surest to the weakest way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from autograder.grade.student_name import StudentName
from autograder.importing.people import slug
from autograder.importing.roster import Person, Roster

__all__ = ["match_students", "names_on"]

Way = Callable[[Person], Iterator[str]]


def match_students(roster: Roster, students: Iterable[str]) -> Mapping[str, Person]:
    """Return the person on the roster, by the student's id in the gradebook; whoever is not found is not in it.

    A student may be called by any id, login or email of the roster, by what stands before the @ of an email, or as
    people are called without a roster: by the name, or with the number of the platform. A way that fits several
    people, or several students, finds nobody.
    """
    found: dict[str, Person] = {}
    left = set(students)
    for way in (_ids, _logins, _names_of_imports):
        people = [person for person in roster.people if person not in found.values()]
        for student, person in _matched(way, people, left).items():
            found[student] = person
            left.discard(student)
    return found


def names_on(roster: Roster, students: Collection[str]) -> dict[str, StudentName]:
    """Return the names of students, by their ids in the gradebook; whoever is not on the roster is not in it."""
    return {student: _name(person) for student, person in match_students(roster, students).items()}


def _name(person: Person) -> StudentName:
    last, comma, first = (part.strip() for part in person.sortable.partition(","))
    email = next((value for kind, value in sorted(person.ids) if kind == "email"), "")
    return StudentName(first, last, email) if comma else StudentName(last=person.name, email=email)


def _matched(way: Way, people: Iterable[Person], students: Iterable[str]) -> dict[str, Person]:
    called: defaultdict[str, set[Person]] = defaultdict(set)
    for person in people:
        for name in way(person):
            called[name.casefold()].add(person)
    claims: defaultdict[Person, set[str]] = defaultdict(set)
    for student in students:
        keys = {student.casefold()} | ({_local(student)} if way is _logins else set())
        fitting = {person for key in keys for person in called.get(key, ())}
        if len(fitting) == 1:
            claims[fitting.pop()].add(student)
    return {student: person for person, (student, *others) in ((p, sorted(c)) for p, c in claims.items()) if not others}


def _ids(person: Person) -> Iterator[str]:
    yield person.id
    yield from (value for _, value in person.ids)


def _logins(person: Person) -> Iterator[str]:
    yield from map(_local, _ids(person))


def _names_of_imports(person: Person) -> Iterator[str]:
    names = [slug(name) for name in (person.name, person.sortable) if name]
    yield from filter(None, names)
    for kind, value in person.ids:
        if kind == "canvas":
            yield from (f"{name.replace('-', '')}-{value}" for name in names)
        elif kind == "moodle":
            yield f"participant-{value}"


def _local(text: str) -> str:
    return text.casefold().partition("@")[0]
