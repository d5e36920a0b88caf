"""The conventions page names every exercise, and for each what its answer accepts and what it can name."""

import re

import pytest

from autograder.catalogue.answer import load_answer
from autograder.course import load_course
from tests.build.conftest import ROOT

PAGE = (ROOT / "docs" / "conventions.md").read_text(encoding="utf-8")
# An entry: the id, then the declared form, then the ids of what is accepted and of what is named.
ENTRY = re.compile(r"^- `(?P<id>\w+)`:(?P<text>.*(?:\n  .*)*)", re.MULTILINE)
ENTRIES = {match["id"]: " ".join(match["text"].split()) for match in ENTRY.finditer(PAGE)}
COURSE = load_course(ROOT)


def ids(entry, word):
    """Return the ids that an entry lists after `*Accepted:*` or `*Named:*`."""
    found = re.search(rf"\*{word}:\* ([^*]*?)\.(?= \*|$)", entry)
    return set(found[1].split(", ")) if found else set()


def answer_parts(exercise):
    try:
        return load_answer(exercise).parts
    except KeyError:
        return ()


def test_every_exercise_of_the_course_has_one_entry_under_its_workbook():
    sections = re.split(r"^### .*`(\w+)`$", PAGE, flags=re.MULTILINE)[1:]
    listed = {name: [m["id"] for m in ENTRY.finditer(text)] for name, text in zip(*[iter(sections)] * 2, strict=True)}
    missing = {
        exercise: name
        for name, book in COURSE.workbooks.items()
        for exercise in book.points
        if listed.get(name, []).count(exercise) != 1
    }
    assert not missing


@pytest.mark.parametrize("exercise", COURSE.points)
def test_an_entry_lists_what_is_accepted_and_what_is_named(exercise):
    parts = answer_parts(exercise)
    accepted = {name for part in parts for variant in part.variants for name in variant.ids}
    named = {name for part in parts for mistake in part.misconceptions for name in mistake.ids} - accepted
    entry = ENTRIES[exercise]
    assert ids(entry, "Accepted") == accepted, f"docs/conventions.md, {exercise}: after *Accepted:*"
    assert ids(entry, "Named") == named, f"docs/conventions.md, {exercise}: after *Named:*"


def test_what_is_marked_by_hand_is_said_to_be():
    by_hand = {exercise for exercise, points in COURSE.points.items() if points.manual}
    assert {exercise for exercise, entry in ENTRIES.items() if "by hand" in entry} >= by_hand


def test_the_reader_of_entries_reads():
    entry = "uses h. *Accepted:* half, whole. *Named:* one-thing, two-things."
    assert ids(entry, "Accepted") == {"half", "whole"}
    assert ids(entry, "Named") == {"one-thing", "two-things"}
    assert ids("uses h.", "Named") == set()
