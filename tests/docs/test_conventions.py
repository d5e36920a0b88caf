"""The conventions page names every exercise, and for each what its answer accepts and what it can name."""

import re

import pytest

from autograder.build.conventions import with_entry, with_lists
from autograder.course import load_course
from tests.build.conftest import ROOT

PAGE = (ROOT / "docs" / "conventions.md").read_text(encoding="utf-8")
ENTRY = re.compile(r"^- `(?P<id>\w+)`:(?P<text>.*(?:\n  .*)*)", re.MULTILINE)
ENTRIES = {match["id"]: " ".join(match["text"].split()) for match in ENTRY.finditer(PAGE)}
COURSE = load_course(ROOT)


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


def test_the_lists_are_those_of_the_answers():
    assert with_lists(PAGE) == PAGE, "run `autograder build`"


@pytest.mark.parametrize(
    ("exercise", "accepted", "named"),
    [("adam", "epsilon-outside", "t-frozen"), ("batchnorm_forward", "unbiased-running-variance", "momentum-swapped")],
)
def test_an_entry_lists_what_is_accepted_apart_from_what_is_named(exercise, accepted, named):
    found = re.fullmatch(r".* \*Accepted:\* (?P<accepted>.*)\. \*Named:\* (?P<named>.*)\.", ENTRIES[exercise])
    assert accepted in found["accepted"].split(", ")
    assert named in found["named"].split(", ")
    assert not {*found["accepted"].split(", ")} & {*found["named"].split(", ")}


def test_old_lists_are_replaced_and_the_declared_form_is_kept():
    page = "# Page\n\n- `momentum`: a form,\n  declared. *Named:* gone-1, gone-2.\n- `surfaces`: by hand.\n"
    made = with_lists(page)
    assert made.startswith("# Page\n\n- `momentum`: a form, declared. *Named:* plain-sgd, ascent,")
    assert "gone" not in made
    assert made.endswith("- `surfaces`: by hand.\n")


def test_the_lists_of_one_exercise_can_be_renewed_alone():
    page = "- `momentum`: a form. *Named:* gone-1.\n- `adam`: a form. *Named:* gone-2.\n"
    made = with_lists(page, ["momentum"])
    assert "gone-1" not in made
    assert made.endswith("- `adam`: a form. *Named:* gone-2.\n")


@pytest.mark.parametrize("workbook", [name for name in COURSE.workbooks if not name.startswith("00")])
def test_a_new_entry_is_the_last_one_of_its_workbook(workbook):
    made = with_entry(PAGE, workbook, "sign_descent", "as in `f(x)`.")
    sections = dict(zip(*[iter(re.split(r"^### .*`(\w+)`$", made, flags=re.MULTILINE)[1:])] * 2, strict=True))
    *_, last = ENTRY.finditer(sections[workbook])
    assert last[0] == "- `sign_descent`: as in `f(x)`."
    assert made.replace("- `sign_descent`: as in `f(x)`.\n", "") == PAGE


def test_a_page_without_such_a_section_stays_as_it_is():
    assert with_entry("# Page\n", "02_optimizers", "sign_descent", "as in `f(x)`.") == "# Page\n"


def test_what_is_marked_by_hand_is_said_to_be():
    by_hand = {exercise for exercise, points in COURSE.points.items() if points.manual}
    assert {exercise for exercise, entry in ENTRIES.items() if "by hand" in entry.lower()} >= by_hand
