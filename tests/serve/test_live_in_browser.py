"""A real browser: log in, hand in by the form, read the verdict, watch the class as verdicts come."""

import json
import threading
from contextlib import contextmanager

import pytest
import uvicorn

from tests.browser import NEEDS_CHROMIUM, chromium
from tests.grade import mini
from tests.serve.conftest import STUDENTS
from tests.serve.real import answers, free_port, wait_for

pytestmark = [*NEEDS_CHROMIUM, pytest.mark.timeout(600)]


@contextmanager
def listening(running):
    """Serve the application on a free port, in a thread."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(running.app, port=port, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: answers(f"{address}/health"), "the service answers")
        yield address
    finally:
        server.should_exit = True
        thread.join()


def log_in(browser, address, token, **options):
    page = browser.new_context(**options).new_page()
    page.set_default_timeout(60_000)
    page.problems = []
    page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}/login")
    page.fill("#token", token)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="My hand-ins").wait_for()
    return page


def test_a_class_hands_in_and_the_room_sees_its_mistake(running, course, tmp_path):
    weak = json.dumps(mini.solved(course, {**mini.PERFECT, "momentum": mini.HEAVY_BALL}))
    path = tmp_path / "02_mini.ipynb"
    path.write_text(weak)
    with listening(running) as address, chromium() as browser:
        ada = log_in(browser, address, running.tokens()["ada"])
        ada.set_input_files("#notebook", path)
        ada.get_by_role("button", name="Hand in", exact=True).click()
        ada.get_by_text("It waits for its verdict").wait_for()
        teacher = log_in(browser, address, running.tokens()["teacher"], color_scheme="dark")
        teacher.goto(f"{address}/class")
        teacher.get_by_text("fewer than 5 verdicts can be counted").first.wait_for()
        for name in STUDENTS[1:5]:
            running.hand_in(name, weak.encode())
        running.grade(5)
        momentum = teacher.locator("section", has=teacher.get_by_role("heading", name="momentum"))
        momentum.get_by_text("5 of 5").wait_for()  # without a reload
        assert "5 a known mistake" in momentum.inner_text()
        assert not [name for name in STUDENTS if name in teacher.locator("body").inner_text().split()]
        ada.locator("tr", has_text="momentum").get_by_text("misconception").wait_for()  # the page came again by itself
        with ada.expect_download() as download:
            ada.get_by_text("signed receipt").click()
        assert json.loads(json.loads(download.value.path().read_text())["signed"])["student"] == "ada"
        teacher.goto(f"{address}/people")
        teacher.locator("#rows tr", has_text="bob").get_by_text("momentum: a known mistake").wait_for()
        assert "2 have not handed in: fay, gus" in teacher.locator("#missing").inner_text()
        assert ada.problems == teacher.problems == []
