"""A lecture notebook through Voila, as `make lecture` serves it: what the browser draws works there, too."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import psutil
import pytest

from autograder.build.hall import write_hall
from autograder.build.lecture_guides import LECTURES
from autograder.build.lectures import FOLDER
from tests.browser import NEEDS_CHROMIUM, chromium
from tests.build.conftest import ROOT
from tests.widgets.conftest import make

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
def served(tmp_path_factory):
    """Serve the lecture notebooks with the options of the Makefile; yield the address and the process."""
    port, home = free_port(), tmp_path_factory.mktemp("voila")
    (line,) = [line for line in (ROOT / "Makefile").read_text().splitlines() if "$(BIN)/voila" in line]
    options = [word for word in line.split() if word.startswith("--")]
    write_hall(home / "hall")
    command = [sys.executable, "-m", "voila", str(ROOT / FOLDER), *options, "--no-browser", f"--port={port}"]
    env = {**os.environ, "COURSE_DOWNLOAD": "0", "OMP_NUM_THREADS": "1", "JUPYTER_RUNTIME_DIR": str(home)}
    env["JUPYTER_PATH"] = str(home / "hall")
    with (home / "log").open("w") as log, subprocess.Popen(command, env=env, stdout=log, stderr=log) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/", server)
            yield f"http://127.0.0.1:{port}/", server
        finally:
            server.terminate()


def kernels(server):
    """Return how many kernels of the server run."""
    return sum(is_kernel(child) for child in psutil.Process(server.pid).children(recursive=True))


def is_kernel(process):
    try:
        return "ipykernel" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # it ends while it is looked at
        return False


@pytest.fixture(scope="module")
def index(served):
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.set_default_timeout(90_000)
        page.goto(served[0])
        yield page


@pytest.fixture(scope="module")
def shown(index):
    index.get_by_role("link", name=make("training_race_demo").scene.title).click()
    index.wait_for_selector(".demo .verdict:not(:empty)")
    return index


def box(shown, label):
    return shown.get_by_label(f"{label}, exact value")


def test_the_index_has_titles_and_sentences_and_starts_no_kernel(index, served):
    assert "Demos" in index.inner_text("h1")
    for lecture in LECTURES:
        link = index.get_by_role("link", name=make(lecture.demo).scene.title, exact=True)
        assert link.get_attribute("href").endswith(f"/{lecture.file}.ipynb")
        assert lecture.about in link.locator("..").inner_text()
    assert kernels(served[1]) == 0


def test_opening_a_demo_starts_its_kernel_alone(shown, served):
    assert kernels(served[1]) == 1


def test_no_source_is_shown_and_the_type_is_large(shown):
    assert "import" not in shown.inner_text("body")
    sizes = shown.evaluate(
        "[...document.querySelectorAll('.demo :is(label, input:not([type=range]), select, button, .verdict), summary')]"
        ".map((one) => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert len(sizes) > 6
    assert min(sizes) >= 16


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_the_demo_is_on_one_screen(shown, size):
    shown.set_viewport_size({"width": size[0], "height": size[1]})
    shown.wait_for_timeout(300)
    frame = shown.locator(".demo .frame").bounding_box()
    assert frame["y"] >= 0
    assert frame["y"] + frame["height"] <= size[1]
    assert frame["width"] >= 0.95 * size[0]


def test_opening_the_page_changes_no_value(shown):
    state = make("training_race_demo").state
    assert float(box(shown, "Learning rate").input_value()) == pytest.approx(state["lr"], rel=1e-5)


def test_a_key_on_a_slider_changes_its_box(shown):
    before = box(shown, "Learning rate").input_value()
    shown.get_by_label("Learning rate", exact=True).focus()
    shown.keyboard.press("ArrowRight")
    assert float(box(shown, "Learning rate").input_value()) > float(before)


def test_an_arrow_key_moves_a_slider_of_whole_numbers_by_one(shown):
    before = int(box(shown, "Updates").input_value())
    shown.get_by_label("Updates", exact=True).focus()
    for key, moved in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("ArrowLeft", 0)):
        shown.keyboard.press(key)
        assert int(box(shown, "Updates").input_value()) == before + moved


def test_nonsense_in_a_box_is_answered_and_a_number_is_taken(shown):
    rate = box(shown, "Learning rate")
    rate.fill("many")
    rate.press("Enter")
    alert = shown.locator(".demo").get_by_role("alert")
    assert "expected a number" in alert.inner_text()
    rate.fill("0.1")
    rate.press("Enter")
    assert alert.inner_text() == ""


def test_start_trains_and_stop_stops(shown):
    # So long that it has not come to its end by itself when Stop is pressed.
    box(shown, "Updates").fill("2000")
    box(shown, "Updates").press("Enter")
    verdict = "document.querySelector('.demo .verdict').innerText"
    before = shown.evaluate(verdict)
    shown.get_by_role("button", name="Start").click()
    shown.wait_for_function(f"(text) => {verdict} !== text", arg=before)
    shown.get_by_role("button", name="Stop").click()
    ended = shown.evaluate(verdict)
    shown.wait_for_timeout(700)
    assert shown.evaluate(verdict) == ended


def test_a_preset_sets_all_values(shown):
    demo = make("training_race_demo")
    name = list(demo.scene.presets)[-1]
    demo.preset(name)
    shown.get_by_role("button", name=name, exact=True).click()
    assert float(box(shown, "Learning rate").input_value()) == pytest.approx(demo.state["lr"], rel=1e-5)


def test_a_demo_leads_back_to_the_index_and_its_kernel_ends(shown, served, tmp_path):
    shown.screenshot(path=str(tmp_path / "demo.png"))
    shown.locator(".demo").get_by_role("link", name="All demos").click()
    shown.wait_for_function("document.querySelector('h1')?.innerText.includes('Demos')")
    assert shown.url == served[0]
    assert all(shown.get_by_role("link", name=make(one.demo).scene.title, exact=True).count() for one in LECTURES)
    deadline = time.monotonic() + 30
    while kernels(served[1]) and time.monotonic() < deadline:
        time.sleep(0.3)
    assert kernels(served[1]) == 0
