"""The same term where the class hands in at the service: receipts, verdicts, then marking, feedback and marks."""

import json
import time
from datetime import UTC, datetime

import pytest

from course_utils.handin.service import Service, ServiceError
from tests.browser import NEEDS_CHROMIUM, chromium
from tests.grade import mini
from tests.marking.server import marking
from tests.serve.real import real_service, wait_for
from tests.serve.test_live_in_browser import log_in
from tests.term import school
from tests.term.teacher import Term

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500), *NEEDS_CHROMIUM]
NAME = mini.NAME
NO_IDEA = "I have no idea."
# Nothing of these is accepted; the sentence says why.
REFUSED = {
    "another course": "this notebook does not belong to the course",
    "half written": "Hand in the file that ends in .ipynb",
    "empty": "Hand in the file that ends in .ipynb",
}


@pytest.fixture(scope="module")
def term(tmp_path_factory):
    return Term(tmp_path_factory.mktemp("served"))


class Class:
    """The students at their service, each with an own token."""

    def __init__(self, service, edition, homes):
        self.service, self.edition, self.homes = service, edition, homes
        self.tokens = service.tokens()
        self.numbers, self.receipts = {}, {}

    def of(self, one):
        return Service(self.service.address, self.tokens[one.id])

    def hand_in(self, one):
        """Hand in all attempts, one after the other."""
        for attempt, (_, work) in enumerate(one.attempts):
            if one.kind == "weak":
                work = {**work, "why": NO_IDEA}
            _, content = school.work_of(self.edition, self.homes / f"{one.id}-{attempt}", work)
            told = self.of(one).hand_in(NAME, content)
            self.numbers[one.id], self.receipts[one.id] = told["number"], (told["receipt"], content)

    def verdict(self, one):
        told = list(self.of(one).follow(self.numbers[one.id], 900))[-1]
        assert told["state"] == "done", told
        return {each["exercise"]: each["verdict"] for each in told["exercises"]}


VERDICTS = {
    "weak": {"momentum": "misconception", "adam": "correct"},
    "weak by Moodle": {"momentum": "misconception", "adam": "correct"},
    "untouched": {"momentum": "not attempted", "adam": "not attempted"},
}
RIGHT = {"momentum": "correct", "adam": "correct"}


def hand_in_all(term, students):
    """Everybody hands in, the late ones after the rest; return the time between."""
    for one in (one for one in term.students if one.counts):
        if one.kind in REFUSED:
            with pytest.raises(ServiceError, match=REFUSED[one.kind]):
                students.hand_in(one)
        else:
            students.hand_in(one)
    time.sleep(1.5)  # the gradebook keeps whole seconds
    due = datetime.now(UTC).replace(microsecond=0)
    time.sleep(1.5)
    for one in (one for one in term.students if not one.counts):
        students.hand_in(one)
    return due


def verify_a_receipt(term, students, folder):
    one = term.first("good")
    receipt, content = students.receipts[one.id]
    (folder / "receipt.json").write_text(json.dumps(receipt))
    (folder / "mine.ipynb").write_bytes(content)
    key = term.folder / "serve" / "receipt_key.pub.pem"
    done = term.run("receipt", "verify", folder / "receipt.json", "--key", key, "--notebook", folder / "mine.ipynb")
    assert f"{one.id} handed in {NAME}" in done.stdout


def mark_all(term):
    """Mark by key, group by group; return how many keys it took."""
    keys = 0
    with marking(term.root, term.folder) as server, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{server.address}question/{NAME}/why")
        page.wait_for_selector("body[data-ready]")
        while left := page.locator(".group.open").count():
            page.wait_for_timeout(300)
            page.keyboard.press("0" if NO_IDEA in page.locator(".current").inner_text() else "f")
            keys += 1
            wait_for(lambda left=left: page.locator(".group.open").count() < left, "the group has its mark")
    return keys


def expected(term):
    """What everybody must have in the end."""
    accepted = [one for one in term.students if one.kind not in REFUSED]
    words = {one.id: one.answers and one.kind != "weak" for one in accepted}
    return {one.id: (one.marks + words[one.id]) * one.counts for one in accepted}


def check_what_the_teacher_sees(term, address, page):
    """The teacher sees whose work is weak; on the page for the class, mistakes are counted and nobody is named."""
    page.goto(f"{address}/people")
    weak = page.locator("#rows tr", has_text=term.first("weak").id)
    weak.get_by_text("momentum: a known mistake").wait_for()
    assert "4 have not handed in" in page.locator("#missing").inner_text()
    page.goto(f"{address}/class")
    momentum = page.locator("section", has=page.get_by_role("heading", name="momentum"))
    # 34 are in full groups of five; the four who did nothing are too few to be counted apart.
    wait_for(lambda: "8 of 34" in momentum.inner_text(), "the mistake of eight is shown")
    assert not any(one.id in page.locator("body").inner_text() for one in term.students)


def check_feedback_and_export(term, wanted):
    """Everybody has a page with the mark given by hand, and the marks that follow."""
    term.run("feedback", term.folder)
    pages = term.pages()
    assert set(pages) == set(wanted)
    assert "<strong>1 / 1</strong><span>by hand</span>" in pages[term.first("good").id]
    assert "<strong>0 / 1</strong><span>by hand</span>" in pages[term.first("weak").id]
    assert term.first("weak").name in pages[term.first("weak").id]
    rows = term.exported()
    assert {row[0]: float(row[3]) for row in rows[1:] if row[2]} == wanted
    assert [row[0] for row in rows[1:]] == [one.id for one in term.students]


def test_a_term_at_the_service(term, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONSAFEPATH", "1")  # the copy of the course for students is not the one that grades
    edition = term.edition(tmp_path)
    (tmp_path / "homes").mkdir()
    wanted = expected(term)
    with real_service(term.root, term.folder, term.root / "roster.csv") as service:
        students = Class(service, edition, tmp_path / "homes")
        due = hand_in_all(term, students)
        for one in term.students:
            if one.kind not in REFUSED:
                assert students.verdict(one) | {"why": ""} == {**VERDICTS.get(one.kind, RIGHT), "why": ""}, one
        verify_a_receipt(term, students, tmp_path)
        with chromium() as browser:
            teacher = log_in(browser, service.address, students.tokens["teacher"])
            check_what_the_teacher_sees(term, service.address, teacher)

    # The final run draws other inputs, and knows from the service when each hand-in came.
    term.due(due)
    term.grade("--roster", "roster.csv")
    assert mark_all(term) == 2
    by_hand = {one.id: float(one.kind != "weak") for one in term.students if one.id in wanted and one.answers}
    assert term.manual() == by_hand
    term.grade("--roster", "roster.csv", "--force")
    assert term.manual() == by_hand

    check_feedback_and_export(term, wanted)
