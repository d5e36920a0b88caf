"""Two hundred answers of one question, marked by a script in a browser: here, and in formgrader at its best."""

import json

import pytest

from autograder.grade.course_folder import prepare_folder
from autograder.marks.read import marked_answers
from tests.browser import NEEDS_CHROMIUM, chromium
from tests.grade.test_nbgrader import Formgrader
from tests.marking import classroom
from tests.marking.class_of_words import ANSWERS
from tests.marking.server import serving

pytestmark = [*NEEDS_CHROMIUM, pytest.mark.slow]
STUDENTS = 200
# So many of them are marked in formgrader, where each costs the same.
BY_STUDENT = 25
LOADED = "window.formgrader && formgrader.grades && formgrader.grades.loaded"
MARKS = {text: mark for mark, text in ANSWERS["jumps"]}


@pytest.fixture(scope="module")
def given():
    return classroom.answers(STUDENTS)


@pytest.fixture(scope="module")
def graded(tmp_path_factory, given):
    root = classroom.make_course(tmp_path_factory.mktemp("counted"))
    prepare_folder(root / "grading", root)
    return root, classroom.grade(root, root / "grading", given)


class Counted:
    """A page whose keys and loads are counted: a number that is typed is one action."""

    def __init__(self, browser):
        self.page = browser.new_page(viewport={"width": 1280, "height": 800})
        self.actions, self.loads = 0, 0
        self.page.set_default_timeout(120_000)
        self.page.on("domcontentloaded", self._loaded)

    def _loaded(self, _):
        self.loads += 1

    def press(self, key):
        self.actions += 1
        self.page.keyboard.press(key)

    def type(self, text):
        self.actions += 1
        self.page.keyboard.type(text)


def by_question(browser, root, grading, given):
    """Mark with `autograder mark`; return what it took."""
    with serving(root, grading) as server:
        one = Counted(browser)
        whose = {server.desk.key(student): MARKS[sources["jumps"]] for student, sources in given.items()}
        one.page.goto(f"{server.address}question/{classroom.NAME}/jumps")
        one.page.wait_for_selector("body[data-ready]")
        while one.page.locator(".group.open").count():
            _mark_group(one, whose)
        return one


def _mark_group(one, whose):
    draw = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30))))"
    one.page.evaluate(draw)
    ids = one.page.eval_on_selector_all(".current .answer", "all => all.map(one => one.dataset.ids).join(' ')").split()
    (mark,) = {whose[name.partition("-")[0]] for name in ids}
    open_groups = one.page.locator(".group.open").count()
    one.press({0: "0", 0.5: "1", 1: "f"}[mark])
    one.page.wait_for_selector("#said:not(:empty)")
    if one.page.locator("#said.error").count():  # part of the group was not on the screen
        one.press("Space")
        return
    while one.page.locator(".group.open").count() == open_groups:
        one.page.wait_for_timeout(20)
    if mark == 0.5:
        one.press("g")


def by_student(browser, grading, given):
    """Mark the first students in formgrader, which goes from a field to the same field of the next student.

    Return what that took, and whom it was for.
    """
    server = Formgrader(grading)
    try:
        server.wait()
        listed = json.loads(server.ask(f"api/submitted_notebooks/{classroom.NAME}/{classroom.NAME}"))
        listed = sorted(listed, key=lambda entry: entry["index"])
        one = Counted(browser)
        one.page.goto(f"http://127.0.0.1:{server.port}/formgrader/submissions/{listed[0]['id']}/")
        _choose_field(one)
        tabs, marked = one.actions, [entry["student"] for entry in listed[:BY_STUDENT]]
        for student in marked:
            _mark_student(one, given[student]["jumps"])
        return one, tabs, marked
    finally:
        server.close()


def _choose_field(one):
    one.page.wait_for_function(LOADED)
    while one.page.evaluate("document.activeElement.id") != "jumps":
        one.press("Tab")


def _mark_student(one, answer):
    one.page.wait_for_function(f"{LOADED} && document.activeElement.id == 'jumps'")
    if answer:
        one.type(f"{MARKS[answer]:g}")
    before = one.loads
    one.press("Control+.")
    while one.loads == before:
        one.page.wait_for_timeout(20)


def marks(grading):
    answers = {who: {one.question: one for one in found} for (who, _), found in marked_answers(grading).items()}
    return {who: found["jumps"].points for who, found in answers.items()}


@pytest.mark.timeout(1800)
def test_marking_by_question_takes_a_quarter_of_what_formgrader_takes(graded, given):
    root, grading = graded
    right = {student: MARKS[sources["jumps"]] for student, sources in given.items()}
    with chromium() as browser:
        theirs, tabs, marked = by_student(browser, grading, given)
        assert {who: marks(grading)[who] for who in marked} == {who: right[who] for who in marked}
        classroom.forget_marks(grading)
        ours = by_question(browser, root, grading, given)
    assert marks(grading) == right
    # Every student costs formgrader the same, whoever comes before: one load, a key, and a number where words are.
    assert (theirs.actions, theirs.loads) == formgrader_takes(given, tabs, marked)
    actions, loads = formgrader_takes(given, tabs, given)
    counted = f"{ours.actions} actions and {ours.loads} loads; formgrader {actions} and {loads}"
    print(counted)
    assert ours.actions <= actions / 4, counted
    assert ours.loads <= loads / 4, counted


def formgrader_takes(given, tabs, students):
    """Return actions and loads for these students; the first load is that of the first student."""
    return tabs + sum(1 + bool(given[student]["jumps"]) for student in students), 1 + len(students)
