"""A term of forty students, from the release to the exported marks, with nbgrader and formgrader as they are."""

import json
import subprocess
import time
import urllib.error
import zipfile
from pathlib import Path

import pytest

from tests.attacks import stock
from tests.browser import NEEDS_CHROMIUM
from tests.grade import mini
from tests.grade.test_nbgrader import Formgrader
from tests.term import school
from tests.term.teacher import Term

NAME = mini.NAME
# Marks that a person gives in the browser, by kind of student: the first of each kind.
BY_HAND = {"good": 1.0, "weak": 0.5, "two attempts": 1.0, "good by nbgrader": 0.5, "good by Moodle": 0.0, "late": 1.0}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500), *NEEDS_CHROMIUM]


class PatientFormgrader(Formgrader):
    """On a machine that does much else, a server may take minutes to start and to stop."""

    def wait(self):
        deadline = time.monotonic() + 400
        while True:
            try:
                return self.ask("api/assignments")
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                alive = time.monotonic() < deadline and self.process.poll() is None
                assert alive, Path(self.log.name).read_text()
                time.sleep(0.5)

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


@pytest.fixture(scope="module")
def term(tmp_path_factory):
    return Term(tmp_path_factory.mktemp("term"))


@pytest.fixture(scope="module")
def formgrader(term):
    term.run("prepare", term.folder)
    server = PatientFormgrader(term.folder)
    try:
        server.wait()
        yield server
    finally:
        server.close()


def mark(term, formgrader, browser, shots):
    """Enter marks into formgrader as a person does."""
    notebooks = json.loads(formgrader.ask(f"api/submitted_notebooks/{NAME}/{NAME}"))
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    for kind, score in BY_HAND.items():
        student = term.first(kind).id
        (one,) = [one["id"] for one in notebooks if one["student"] == student]
        page.goto(f"http://127.0.0.1:{formgrader.port}/formgrader/submissions/{one}/", wait_until="domcontentloaded")
        box = page.locator("input.score#why")
        box.wait_for()
        # The box takes marks once it knows its grade.
        page.wait_for_function("document.querySelector('input.score#why').matches('.needs_manual_grade')")
        with page.expect_response(
            lambda answer: answer.request.method == "PUT" and "api/grade/" in answer.url
        ) as saved:
            box.fill(f"{score:g}")
            box.press("Tab")
        assert saved.value.ok
        page.screenshot(path=shots / f"{kind.replace(' ', '_')}.png")
    page.close()


def hand_in_and_import(term, folder):
    """Import what forty students hand in: what is no notebook of the course is the only thing that stays out."""
    downloads = school.hand_in(term.students, term.edition(folder), folder)
    inbound = school.hand_in_by_nbgrader(term.students, term.folder, folder)
    options = ("--assignment", NAME, "--roster", "roster.csv", "--out", term.folder / "submitted", "--time-zone", "UTC")
    first = term.run("import", downloads[0], *options, status=1)
    second, third = term.run("import", downloads[1], *options), term.run("import", inbound, *options)
    errors = [line for line in first.stderr.splitlines() if line.startswith("error:")]
    kinds = [one.kind for one in term.students for line in errors if one.name in line or one.id in line]
    assert sorted(kinds) == ["another course", "empty", "half written", "half written"]
    assert second.stderr == third.stderr == ""


def waiting(term):
    """The students whose answers in words have no marks yet."""
    with term.book() as book:
        return {one.student_id for one in book.assignment_submissions(NAME) if one.needs_manual_grade}


def check_feedback(term):
    """There is one page for each student, whoever writes it, and it shows the mark that was given by hand."""
    graded = term.pages()
    assert set(graded) == {one.id for one in term.students if one.imported}
    for kind, score in BY_HAND.items():
        assert f"<strong>{score:g} / 1</strong><span>by hand</span>" in graded[term.first(kind).id]
    term.run("feedback", term.folder)
    assert term.pages() == graded
    stock.nbgrader(term.folder, "generate_feedback", NAME, "--force")
    assert term.pages() == graded
    for platform, kinds in (("moodle", 8), ("brightspace", 28)):
        term.run("feedback", term.folder, "--zip", platform)
        with zipfile.ZipFile(term.folder / f"feedback-{platform}-{NAME}.zip") as archive:
            assert len(archive.namelist()) == kinds


def check_export(term, by_hand):
    """Everybody has the marks of the checks and those given by hand, nothing for who was late."""
    wanted = {one.id: (one.marks + by_hand.get(one.id, 0.0)) * one.counts for one in term.students if one.imported}
    rows = term.exported()
    assert {row[0]: float(row[3]) for row in rows[1:] if row[2]} == wanted
    assert [row[0] for row in rows[1:]] == [one.id for one in term.students]
    for platform, column in (("canvas", 3), ("moodle", 0)):
        rows = term.exported("--format", platform)
        assert {row[column]: float(row[-1]) for row in rows if row[column] in wanted} == wanted


def test_a_term(term, formgrader, browser, tmp_path):
    assert len(term.students) == len({one.name for one in term.students}) == 40
    hand_in_and_import(term, tmp_path)
    arrived = {path.name for path in (term.folder / "submitted").iterdir()}
    assert arrived == {one.id for one in term.students if one.imported}

    term.due(school.DUE)
    term.grade()
    assert waiting(term) == {one.id for one in term.students if one.answers}
    mark(term, formgrader, browser, tmp_path)
    by_hand = {term.first(kind).id: score for kind, score in BY_HAND.items()}
    assert term.manual() == by_hand
    term.grade("--force")
    assert term.manual() == by_hand

    check_feedback(term)
    check_export(term, by_hand)
