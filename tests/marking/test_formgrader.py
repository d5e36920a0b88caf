"""Formgrader in a browser: it asks no other machine for anything, and shows what marking needs."""

import json
import shutil
from urllib.parse import urlsplit

import pytest

from autograder.grade.course_folder import prepare_folder
from tests.browser import NEEDS_CHROMIUM, chromium
from tests.grade.test_nbgrader import Formgrader
from tests.marking import classroom
from tests.marking.test_in_browser import PNG

# Without a browser, `tests/grade/test_nbgrader.py` looks at the same page.
pytestmark = [*NEEDS_CHROMIUM, pytest.mark.slow, pytest.mark.timeout(600)]
FORMULA = "By $\\frac{2}{L}$ it stops.\n\n![sketch](attachment:a.png)"
PAGES = ("manage_assignments", "gradebook", f"gradebook/{classroom.NAME}", "manage_students")


@pytest.fixture
def formgrader(words, tmp_path):
    """Formgrader on a class of two."""
    root = shutil.copytree(words, tmp_path / "course", ignore=shutil.ignore_patterns("grading"))
    folder = root / "grading"
    prepare_folder(folder, root)
    given = {who: {"jumps": FORMULA, "noise": "It halves."} for who in ("ada", "bea")}
    classroom.grade(root, folder, given, {who: {"jumps": {"a.png": {"image/png": PNG}}} for who in given})
    server = Formgrader(folder)
    try:
        server.wait()
        yield server
    finally:
        server.close()


def first_submission(server):
    listed = json.loads(server.ask(f"api/submitted_notebooks/{classroom.NAME}/{classroom.NAME}"))
    return min(listed, key=lambda one: one["index"])["id"]


def test_formgrader_draws_formulas_and_chooses_fields_without_a_network(formgrader):
    first = first_submission(formgrader)
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(120_000)
        asked, wrong = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        for name in PAGES:
            page.goto(f"http://127.0.0.1:{formgrader.port}/formgrader/{name}", wait_until="networkidle")
        address = f"http://127.0.0.1:{formgrader.port}/formgrader/submissions/{first}/"
        page.goto(address)
        page.wait_for_function("document.activeElement.matches('.tabbable') && formgrader.grades.loaded")
        for _ in range(20):
            if page.evaluate("document.activeElement.id") == "jumps":
                break
            page.keyboard.press("Tab")
        page.keyboard.type("0.5")
        with page.expect_navigation():
            page.keyboard.press("Control+.")
        page.wait_for_function("document.activeElement.id == 'jumps'")  # the same field of the next student
        page.goto(address, wait_until="networkidle")
        cell = page.locator(".nbgrader_cell", has=page.locator("#jumps"))
        assert cell.locator("mfrac").first.bounding_box()["height"] > 15
        assert cell.locator("img").evaluate("one => one.naturalWidth") > 0
        assert "Marking guide" in cell.inner_text()
        assert "\\frac" not in cell.inner_text()
        page.wait_for_function("document.getElementById('jumps').value == '0.5'")
    assert {urlsplit(url).hostname for url in asked if not url.startswith("data:")} == {"127.0.0.1"}
    assert wrong == []
