"""A lecture notebook through Voila, as `make lecture` serves it: slider, number box, preset, Start and Stop."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from autograder.build.lectures import FOLDER
from tests.browser import NEEDS_CHROMIUM, chromium, shortest_track
from tests.build.conftest import ROOT

STARTS_WITHIN_S = 120.0

pytestmark = NEEDS_CHROMIUM


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_for(address, server):
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}static/", timeout=5).close()
        except urllib.error.HTTPError:
            return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.3)
    raise RuntimeError("Voila did not start")


@pytest.fixture(scope="module")
def voila(tmp_path_factory):
    """Serve the notebook of a training demo with the options of the Makefile; yield its address."""
    port, home = free_port(), tmp_path_factory.mktemp("voila")
    (line,) = [line for line in (ROOT / "Makefile").read_text().splitlines() if "$(BIN)/voila" in line]
    options = [word for word in line.split() if word.startswith("--")]
    notebook = ROOT / FOLDER / "T5_training_race.ipynb"
    command = [sys.executable, "-m", "voila", str(notebook), *options, "--no-browser", f"--port={port}"]
    env = {**os.environ, "COURSE_DOWNLOAD": "0", "OMP_NUM_THREADS": "1", "JUPYTER_RUNTIME_DIR": str(home)}
    with (home / "log").open("w") as log, subprocess.Popen(command, env=env, stdout=log, stderr=log) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/", server)
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def shown(voila):
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.set_default_timeout(90_000)
        page.goto(voila)
        page.wait_for_selector(".widget-image")
        page.wait_for_selector(".noUi-handle")
        yield page


def until(shown, expression):
    shown.wait_for_function(expression)


VALUES = "[...document.querySelectorAll('.jupyter-widgets input[type=text]')].map((one) => one.value).join()"


def boxes(shown):
    """Return what stands in the number boxes: batch size, learning rate, steps, seed."""
    return [box.input_value() for box in shown.locator(".jupyter-widgets input[type=text]").all()]


def test_no_source_is_shown_and_the_type_is_large(shown):
    assert "import" not in shown.inner_text("body")
    sizes = shown.evaluate(
        "[...document.querySelectorAll('.jupyter-widgets :is(.widget-label, input, select, button), summary')]"
        ".filter((one) => one.textContent || one.value).map((one) => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert len(sizes) > 6
    assert min(sizes) >= 16


@pytest.mark.parametrize("width", [1100, 1280, 1920])
def test_the_tracks_are_long_at_any_width(shown, width):
    assert shortest_track(shown, width, ".widget-image") >= 300


def test_opening_the_page_changes_no_value(shown):
    assert boxes(shown) == ["25", "0.002", "50", "0"]


def test_a_key_on_a_slider_changes_box_and_picture(shown):
    before = shown.get_attribute(".widget-image", "src")
    shown.locator(".noUi-handle").nth(2).focus()
    shown.keyboard.press("ArrowRight")
    until(shown, f"document.querySelector('.widget-image').src !== '{before}'")
    until(shown, f"{VALUES}.split(',')[2] !== '50'")
    assert boxes(shown)[2] == "51"


def test_nonsense_in_a_box_is_answered_and_a_number_is_taken(shown):
    box = shown.locator(".jupyter-widgets input[type=text]").nth(2)
    box.fill("many")
    box.press("Enter")
    alert = shown.get_by_role("alert")
    alert.wait_for()
    assert "expected a whole number from 10 to 500" in alert.inner_text()
    box.fill("500")
    box.press("Enter")
    alert.wait_for(state="detached")
    until(shown, f"{VALUES}.split(',')[2] === '500'")


def test_start_trains_and_stop_stops(shown):
    shown.get_by_role("button", name="Start").click()
    until(shown, "document.body.innerText.includes('updates at lr')")
    shown.get_by_role("button", name="Stop").click()
    until(shown, "document.body.innerText.includes('stopped')")
    said = "[...document.querySelectorAll('[role=status]')].map((one) => one.innerText).join()"
    ended = shown.evaluate(said)
    shown.wait_for_timeout(1500)
    assert shown.evaluate(said) == ended
    assert " 500 updates" not in ended


def test_a_preset_sets_all_values(shown):
    shown.locator(".jupyter-widgets select").first.select_option("good for SGD")
    good = ["25", "0.2", "100", "0"]
    # A kernel sends one control after the other: wait until the last one has come.
    until(shown, f"{VALUES} === {','.join(good)!r}")
    assert boxes(shown) == good
