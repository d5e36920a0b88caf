"""A student of a JupyterHub hands in from the last cell; the teacher of its group sees it; the hub goes away."""

import json
import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from autograder.demo.classroom import CLASS, WORKBOOK, hand_in
from course_utils.handin.service import Service, ServiceError
from tests.browser import NEEDS_CHROMIUM, chromium
from tests.build.conftest import ROOT
from tests.serve.hub import PASSWORD, hub

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500), *NEEDS_CHROMIUM]

STUDENT = "no_bias_correction"
PATIENCE_MS = 300_000


def log_in(browser, address, name, page, **options):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE_MS)
    tab.goto(f"{address}{page}")
    tab.fill("#username_input", name)
    tab.fill("#password_input", PASSWORD)
    tab.click("#login_submit")
    return tab


def write_notebook(folder):
    released = (ROOT / "notebooks" / WORKBOOK / f"{WORKBOOK}.ipynb").read_bytes()
    hand_in(released, folder / "all")
    (demo,) = [one for one in CLASS if one.name == STUDENT]
    content = (folder / "all" / STUDENT / WORKBOOK / demo.file_name).read_bytes()
    (folder / "home" / STUDENT / f"{WORKBOOK}.ipynb").write_bytes(content)


def run_last_cell(tab):
    """Run the cell that hands in, and no other."""
    tab.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first.wait_for(state="attached")
    tab.locator(".jp-Notebook").first.click()
    tab.keyboard.press("Escape")
    tab.keyboard.press("Control+End")
    cell = tab.locator(".jp-CodeCell", has_text="course_utils.hand_in").last
    cell.locator(".cm-content").click()
    tab.keyboard.press("Control+Enter")
    return cell


def test_a_student_hands_in_and_the_teacher_sees_it(tmp_path):
    with hub(tmp_path, [STUDENT, "teacher"]) as (address, process), chromium() as browser:
        write_notebook(tmp_path)
        tab = log_in(browser, address, STUDENT, f"/user/{STUDENT}/lab/tree/{WORKBOOK}.ipynb")
        hands_in(tab, tmp_path)
        has_a_receipt(address, tmp_path)
        tab.goto(f"{address}/services/hand-in/")
        tab.get_by_text("signed receipt").wait_for()
        assert tab.goto(f"{address}/services/hand-in/people").status == 403
        sees_it(log_in(browser, address, "teacher", "/services/hand-in/people", color_scheme="dark"), address)
        refuses_other_tokens(address)
        says_that_the_hub_is_down(tmp_path, process)


def hands_in(tab, folder):
    """The student starts a server, runs the last cell, and reads the verdict."""
    tab.get_by_text("Launch Server").click()
    tab.wait_for_url(re.compile(r"^[^?]*/lab/tree/"))
    cell = run_last_cell(tab)
    cell.get_by_text("arrived at").wait_for()
    tab.screenshot(path=str(folder / "arrived.png"))
    cell.locator(".part", has_text="adam").first.wait_for()
    cell.locator(".course-check").last.scroll_into_view_if_needed()
    tab.screenshot(path=str(folder / "verdict.png"))
    assert "not yet" in cell.locator(".part", has_text="adam").first.inner_text()


def has_a_receipt(address, folder):
    """The receipt in the student's home is that of the published key."""
    receipt, key = folder / "home" / STUDENT / f"{WORKBOOK}-receipt-1.json", folder / "key.pem"
    with urllib.request.urlopen(f"{address}/services/hand-in/key.pem") as published:
        key.write_bytes(published.read())
    verify = [sys.executable, "-m", "autograder", "receipt", "verify", str(receipt), "--key", str(key)]
    done = subprocess.run(verify, cwd=ROOT, capture_output=True, text=True)
    assert f"{STUDENT} handed in {WORKBOOK}" in done.stdout


def sees_it(teacher, address):
    """The teacher's page names the student; that of the class counts too few to say anything."""
    teacher.locator("#rows tr", has_text=STUDENT).wait_for()
    assert "adam: a known mistake" in teacher.locator("#rows").inner_text()
    teacher.goto(f"{address}/services/hand-in/class")
    teacher.wait_for_selector("body[data-drawn]")
    assert teacher.locator("#people").inner_text() == "fewer than 5"
    assert STUDENT not in teacher.locator("body").inner_text()


def refuses_other_tokens(address):
    with pytest.raises(ServiceError, match="nobody in this course has this token"):
        Service(f"{address}/services/hand-in", "made up").hand_in(WORKBOOK, b"{}")


def says_that_the_hub_is_down(folder, process):
    """Stop the hub alone, as a machine that hangs does; the service is asked directly."""
    text = (folder / "hub_config.py").read_text()
    port = re.search(r'"url": "http://127.0.0.1:(\d+)"', text)[1]
    process.send_signal(signal.SIGSTOP)
    try:
        service = Service(f"http://127.0.0.1:{port}/services/hand-in", "unknown so far")
        with pytest.raises(ServiceError, match="the hub does not answer"):
            service.hand_in(WORKBOOK, json.dumps({}).encode())
        with urllib.request.urlopen(f"{service.address}/health", timeout=30) as answer:
            assert json.loads(answer.read()) == {"status": "ok"}
    finally:
        process.send_signal(signal.SIGCONT)
