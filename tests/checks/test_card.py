"""What a check shows: a card in a notebook, the same words as text elsewhere, and a number for nbgrader alone."""

import html
import re
import sys

import pytest
from nbformat.v4 import new_code_cell, new_notebook

import course_utils
from course_utils.checks.card import BADGES, card
from course_utils.checks.marks import Marks
from course_utils.checks.text import MARKS, render
from course_utils.checks.types import Evidence, Judgement, Pointed
from course_utils.exercises.optimizers.ema import solutions as ema
from course_utils.exercises.optimizers.momentum import solutions as momentum
from tests.attacks import stock
from tests.notebooks.execute import execute

STUDENT = "from course_utils import check\nfrom course_utils.exercises.optimizers.momentum import solutions"
RIGHT = "check('momentum', solutions.Textbook)"
HALF_RIGHT = "check('momentum', *solutions.MUTANTS['ascent'])"
POINTED = Pointed(2, "w += g", "Look at line 2, `w += g`: one change in this line makes the update right.")
PARTS = (
    Judgement("adam", "AdamOptimizer", "correct", 1.0, 1.0),
    Judgement("adam", "step", "error", 0.0, 1.0, message="Your code raised ValueError: <b>no</b>.", pointed=POINTED),
    Judgement("adam", "state", "misconception", 0.5, 1.0, message="Known.", evidence=(Evidence("w", 1.0, 2.0),)),
)
WHOLE = Judgement("adam", "", "error", 1.5, 3.0, message="of all parts", parts=PARTS)
ALONE = Judgement("adam", "AdamOptimizer", "wrong", 0.0, 3.0, message="First line.\nSecond line.", pointed=POINTED)


def words(text):
    """Return the words of a text or of a piece of HTML, without what only one of the two has."""
    plain = html.unescape(
        re.sub(r"<style>.*?</style>|<svg.*?</svg>|<[^b/][^>]*>|</(?!b>)[^>]*>|`", " ", text, flags=re.S)
    )
    return re.findall(r"[\w.<>/]+", plain)


@pytest.mark.parametrize("judgement", [WHOLE, ALONE], ids=["parts", "alone"])
def test_the_card_says_the_words_of_the_text(judgement):
    assert sorted(words(card(judgement, {}))) == sorted(word.strip(":") for word in words(render(judgement)))


def test_the_card_shows_what_a_student_wrote_as_text():
    shown = card(WHOLE, {})
    assert "<b>no" not in shown
    assert "&lt;b&gt;no&lt;/b&gt;" in shown
    assert "<code>w += g</code>" in shown


def test_a_screen_reader_hears_which_check_it_is():
    assert 'role="group" aria-label="Check of adam"' in card(ALONE, {})


def brightness(colour):
    """The relative luminance of WCAG 2.1."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_every_verdict_has_a_badge_that_can_be_read():
    assert BADGES.keys() == MARKS.keys()
    # WCAG 2.1, contrast of letters: at least 4.5.
    assert all(1.05 / (brightness(colour) + 0.05) >= 4.5 for _, colour in BADGES.values())


def test_marks_are_a_number():
    assert Marks(0.5) == 0.5
    assert repr(Marks(0.5)) == "0.5"


@pytest.fixture
def ran(tmp_path):
    """The cells of a notebook that checks a right and a half right solution, run alone."""
    notebook = new_notebook(cells=[*map(new_code_cell, (STUDENT, RIGHT, HALF_RIGHT, "check('monentum', 1)"))])
    assert execute(notebook, tmp_path, {}) == []
    return notebook.cells[1:]


def test_in_a_notebook_there_is_a_card_and_no_number_below_it(ran):
    assert [[output.output_type for output in cell.outputs] for cell in ran] == [["display_data"]] * 3
    right, half, unknown = (cell.outputs[0].data for cell in ran)
    assert right["text/plain"] == "[ok] momentum: 1 of 1 point"
    assert half["text/plain"].startswith("[not yet] momentum: 0.5 of 1 point\n  The weights move along +v, uphill")
    assert unknown["text/plain"].startswith("[error] there is no exercise 'monentum'")
    assert all("course-check" in data["text/html"] for data in (right, half, unknown))
    assert "<svg" in half["text/html"]
    assert "<svg" not in right["text/html"]


def test_elsewhere_the_text_is_printed(capsys):
    assert course_utils.check("ema", ema.plain_loop) == 1.0
    assert capsys.readouterr().out == "[ok] ema: 1 of 1 point\n"


@pytest.mark.slow
def test_nbgrader_gives_partial_credit(tmp_path, monkeypatch):
    monkeypatch.setattr(stock, "CHECK", "check('momentum', Optimizer)")
    optimizers = {"right": "solutions.Textbook", "half": "solutions.MUTANTS['ascent'][0]", "wrong": "3"}
    handed_in = {who: stock.notebook(f"Optimizer = {written}", [STUDENT]) for who, written in optimizers.items()}
    stock.make_course(tmp_path, handed_in)
    stock.nbgrader(tmp_path, "generate_assignment", stock.ASSIGNMENT)
    stock.nbgrader(tmp_path, "autograde", stock.ASSIGNMENT)
    found = {who: auto for who, (auto, _) in stock.scores(tmp_path).items()}
    assert found == {"right": 1.0, "half": 0.5, "wrong": 0.0}


@pytest.mark.parametrize(("variable", "argument"), [("0", None), ("1", False)])
def test_pictures_can_be_turned_off(variable, argument, monkeypatch):
    shown = []
    monkeypatch.setattr(sys.modules[course_utils.check.__module__], "show", lambda text, html: shown.append(html))
    monkeypatch.setenv("COURSE_PICTURES", variable)
    course_utils.check("momentum", *momentum.MUTANTS["ascent"], picture=argument)
    assert "<svg" not in shown[0]
    monkeypatch.setenv("COURSE_PICTURES", "1")
    course_utils.check("momentum", *momentum.MUTANTS["ascent"])
    assert "<svg" in shown[1]
