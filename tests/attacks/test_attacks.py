"""No attack and no accident earns a point, changes anything outside, or costs another exercise or submission."""

import base64
import hashlib
import html
import json
import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from tests.attacks.classroom import HONEST, grade_hostile_class
from tests.attacks.hostile import NAMES, header_of, load_hostile

# The texts that this one shows are its own words, not what it stole.
SPEAKS_THE_TOKEN = {"script_in_the_output"}


@pytest.fixture(scope="module")
def start(outside):
    return outside.state()


@pytest.fixture(scope="module")
def classes(outside, start, tmp_path_factory):
    return grade_hostile_class(tmp_path_factory.mktemp("attacked"), outside)


def by_exercise(graded, student):
    return {one.exercise: one for one in graded.grades[student].exercises}


def shown(notebook):
    return [output for cell in notebook["cells"] for output in cell.get("outputs", [])]


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_earns_nothing_and_costs_no_other_exercise(name, classes, outside):
    hostile = load_hostile(name, **outside.places())
    grades = by_exercise(classes[name], name)
    assert grades["ema"].verdict in hostile.verdicts, grades["ema"]
    assert grades["ema"].score == (1.0 if grades["ema"].verdict == "correct" else 0.0)
    assert hostile.damages_itself or grades["momentum"].verdict == "correct", grades["momentum"]
    assert not classes[name].grades[name].problem


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_changes_nothing_outside(name, classes, start):
    assert classes[name].seen[name] == start


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_learns_no_secret(name, classes, outside):
    notebook = classes[name].notebook(name)
    found = shown(notebook)
    assert name in SPEAKS_THE_TOKEN or outside.token not in json.dumps(found)
    assert name in SPEAKS_THE_TOKEN or outside.token not in " ".join(classes[name].grades[name].notes)
    assert len(json.dumps(found)) < 5_000_000


@pytest.mark.parametrize("name", [name for name in NAMES if "never" in header_of(name)])
def test_an_attack_does_not_come_through(name, classes):
    text = json.dumps(shown(classes[name].notebook(name)))
    assert '"stdout"' in text
    assert load_hostile(name).never not in text


class Active(HTMLParser):
    """Everything in a page that a browser would run or load."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        if tag in ("script", "iframe", "object", "embed", "base", "link", "form"):
            self.found.append(tag)
        for name, value in attributes:
            loads = name in ("src", "href") and not (value or "").startswith(("data:image/png;base64,", "feedback/"))
            if name.startswith("on") or loads:
                self.found.append((tag, name, value))


def active(text):
    parser = Active()
    parser.feed(text)
    return parser.found


@pytest.mark.parametrize("name", [*NAMES, *HONEST])
def test_feedback_runs_nothing(name, classes):
    page = classes[name].feedback(name)
    assert active(page) == []
    assert "content=\"default-src 'none'; style-src 'sha256-" in html.unescape(page)


def test_pages_of_the_classes_run_nothing(classes):
    for graded in {id(graded): graded for graded in classes.values()}.values():
        page = (graded.out / "index.html").read_text()
        assert active(page) == ["script"]
        (script,) = re.findall("<script>(.*?)</script>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"script-src 'sha256-{digest}';" in html.unescape(page)
        assert script == files("autograder.report").joinpath("class.js").read_text()


def test_what_looks_for_active_content_finds_it():
    assert active("<p><script>1</script><img src=x onerror=f()>") == [
        "script",
        ("img", "src", "x"),
        ("img", "onerror", "f()"),
    ]


def test_no_other_submission_is_disturbed(classes):
    for graded in {id(graded): graded for graded in classes.values()}.values():
        for student in HONEST:
            assert {one.verdict for one in graded.grades[student].exercises} == {"correct"}, graded.grades[student]
        assert len(graded.grades) == len(list((graded.out.parent / "submitted").iterdir()))


def test_honest_outputs_are_the_same_before_and_after_every_attack(classes):
    for graded in {id(graded): graded for graded in classes.values()}.values():
        one, *others = [graded.notebook(student)["cells"] for student in HONEST]
        assert all(cells == one for cells in others)
