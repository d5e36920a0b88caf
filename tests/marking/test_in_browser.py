"""Marking with keys in a real browser: what is on the screen, what is kept, and what a second marker sees."""

import os
import shutil
import signal

import pytest

from autograder.marks.read import marked_answers
from tests.browser import NEEDS_CHROMIUM
from tests.marking import classroom
from tests.marking.server import marking, serving

pytestmark = NEEDS_CHROMIUM
# A red dot.
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHx"
    "gljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg=="
)
LONG = "It is a cycle of two points.\n\n" + "\n\n".join(f"Step {number}: the point jumps." for number in range(60))
GIVEN = {
    "ada": {"jumps": "The limit is $2/L$ as $a < b$.", "noise": "It halves."},
    "bea": {"jumps": "the limit is $2/L$ as $a < b$", "noise": "It halves"},
    "cem": {"jumps": LONG, "noise": "It doubles."},
    "dov": {"jumps": "", "noise": "See ![sketch](attachment:image.png) here"},
}
PICTURES = {"dov": {"noise": {"image.png": {"image/png": PNG}}}}


@pytest.fixture(scope="module")
def graded_once(words, tmp_path_factory):
    return classroom.grade(words, tmp_path_factory.mktemp("browser") / "grading", GIVEN, PICTURES)


@pytest.fixture
def graded(graded_once, tmp_path):
    """A copy of the class."""
    return shutil.copytree(graded_once, tmp_path / "grading")


class Page:
    """A page of one question, and its keys."""

    def __init__(self, browser, server, question="jumps", height=800):
        self.page = browser.new_page(viewport={"width": 1280, "height": height})
        self.errors = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: self.errors.append(dialog.message))
        self.page.goto(f"{server.address}question/{classroom.NAME}/{question}")
        self.page.wait_for_selector("body[data-ready]")
        self.frames()

    def frames(self):
        """Wait until the browser has drawn, as a person does."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def press(self, *keys, says=""):
        for key in keys:
            self.page.keyboard.press(key)
            self.frames()
        if says:
            self.page.locator("#said", has_text=says).wait_for()

    @property
    def current(self):
        return self.page.inner_text(".current")


def marks(grading, question="jumps"):
    return {
        student: one.points
        for (student, _), answers in marked_answers(grading).items()
        for one in answers
        if one.question == question
    }


def test_one_key_marks_all_answers_that_are_the_same(words, graded, browser):
    with serving(words, graded) as server:
        page = Page(browser, server)
        assert "No answer" not in page.current
        page.press("2", says="2 answers are marked.")
        assert marks(graded) == {"ada": 0.5, "bea": 0.5, "cem": None, "dov": 0}
        page.press("c")
        page.page.keyboard.type("Which limit?")
        page.press("Enter", says="2 answers are marked.")
        assert {one.comment for one in marked_answers(graded)["bea", classroom.NAME] if one.question == "jumps"} == {
            "Which limit?"
        }
        assert page.page.eval_on_selector_all("#comments option", "all => all.map(one => one.value)") == [
            "Which limit?"
        ]
        page.press("u", "u", says="Undone.")
        page.page.locator("#count", has_text="1 of 4").wait_for()
        assert marks(graded)["ada"] is None
        assert not page.errors


def test_a_group_is_marked_only_when_all_of_it_was_on_the_screen(words, graded, browser):
    with serving(words, graded) as server:
        page = Page(browser, server, height=500)
        while "cycle of two points" not in page.current:
            page.press("j")
        page.press("1", says="1 answer of this group was not on the screen yet")
        assert marks(graded)["cem"] is None
        for _ in range(30):
            page.press("Space")
            page.page.wait_for_timeout(120)
        page.press("1", says="1 answer is marked.")
        assert marks(graded)["cem"] == 0.5


def test_formulas_and_pictures_are_drawn_without_a_network_and_names_are_shown_when_asked(words, graded, browser):
    with serving(words, graded) as server:
        page = Page(browser, server, "noise")
        asked = []
        page.page.on("request", lambda request: asked.append(request.url))
        page.page.reload()
        page.page.wait_for_selector("body[data-ready]")
        assert all(url.startswith((server.address, "data:")) for url in asked)
        width = "document.querySelector('img[alt=\"image.png\"]').naturalWidth"
        assert page.page.evaluate(width) == 5
        assert "dov" not in page.page.content()
        page.press("n")
        page.page.locator(".who").first.wait_for()
        assert "dov" in page.page.inner_text("main")
        formulas = Page(browser, server)
        assert formulas.page.evaluate("document.querySelector('.answer mo').getBoundingClientRect().width") > 0


def test_a_second_marker_is_told_and_sees_the_mark(words, graded, browser):
    with serving(words, graded) as server:
        anna, ben = Page(browser, server), Page(browser, server)
        ben.page.fill("#marker", "ben")
        ben.page.evaluate("document.activeElement.blur()")
        anna.press("2", says="2 answers are marked.")
        ben.press("f", says="anna has marked 2 of these 2 answers meanwhile; nothing was changed")
        assert marks(graded)["ada"] == 0.5
        ben.press("f", says="2 answers are marked.")
        assert marks(graded)["ada"] == 1
        one = next(one for one in marked_answers(graded)["ada", classroom.NAME] if one.question == "jumps")
        assert one.marker == "ben"


def test_an_item_is_added_while_marking(words, graded, browser):
    with serving(words, graded) as server:
        page = Page(browser, server)
        page.press("r")
        page.page.keyboard.type("a good picture")
        page.press("Tab")
        page.page.keyboard.type("0,25")
        page.page.keyboard.press("Enter")  # the page is loaded anew
        page.page.locator("#said", has_text="The item is in the rubric.").wait_for()
        page.page.wait_for_selector("[data-item] >> nth=2")
        page.page.wait_for_selector("body[data-ready]")
        page.frames()
        page.press("3", says="2 answers are marked.")
        assert marks(graded)["bea"] == 0.25


@pytest.mark.slow
def test_a_kill_loses_nothing_that_was_confirmed(words, graded, browser):
    with marking(words, graded) as server:
        page = Page(browser, server)
        page.press("2", says="2 answers are marked.")
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait(60)
        page.press("1", says="Not saved: `autograder mark` does not answer.")
    assert marks(graded)["ada"] == 0.5
    with marking(words, graded) as server:
        page = Page(browser, server)
        page.page.locator("#count", has_text="3 of 4").wait_for()


def test_an_exception_is_made_on_its_page(words, graded, browser):
    with serving(words, graded) as server:
        page = browser.new_page()
        page.goto(f"{server.address}exceptions")
        page.select_option("form[data-act=decide] [name=place]", f"{classroom.NAME}/noise")
        page.select_option("form[data-act=decide] [name=kind]", "give")
        page.click("form[data-act=decide] button")
        page.locator("#said", has_text="This needs a reason").wait_for()
        page.fill("form[data-act=decide] [name=reason]", "The text had a mistake.")
        page.click("form[data-act=decide] button")
        page.wait_for_selector("text=is given to all (The text had a mistake.; anna")
    assert set(marks(graded, "noise").values()) == {1}
    assert "The text had a mistake." in (graded / "marking_audit.csv").read_text(encoding="utf-8-sig")
