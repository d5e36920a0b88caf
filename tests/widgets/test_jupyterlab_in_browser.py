"""Demos in JupyterLab in a real browser: drag, keys, number box, preset, Stop, and a second cell with the same demo."""

import base64
import io
import re
import time

import nbformat
import numpy as np
import pytest
from PIL import Image

from course_utils.widgets import momentum_demo, norm_cube_demo, race
from tests.browser import NEEDS_CHROMIUM, boxes, center, chromium, run_all, shortest_track
from tests.notebooks.lab import jupyter_lab

PATIENCE_S = 180
CELLS = [
    "from course_utils.widgets import momentum_demo, norm_cube_demo, race, training_race_demo\n"
    "from course_utils.widgets.panel import Panel\n"
    "momentum = momentum_demo()\nmomentum.show()",
    "cube = norm_cube_demo()\nPanel(cube).box",
    "Panel(cube).box",
    "Panel(training_race_demo(steps=500)).box",
    "class Mine:\n"
    "    def __init__(self, weights, lr):\n"
    "        self.weights, self.lr = weights, lr\n"
    "    def step(self):\n"
    "        for w in self.weights:\n"
    "            w -= self.lr * w.grad.sign()\n"
    "race(Mine).show()",
]
# Number boxes of a panel in the order of its controls: example, channel, shift, seed.
SHIFT = 2
BOXES = """(cell) => [...document.querySelectorAll('.jp-CodeCell')[cell]
    .querySelectorAll('.jupyter-widgets input[type=text]')].map((one) => one.value)"""
PICTURE = """async (cell) => {
    const image = document.querySelectorAll('.jp-CodeCell')[cell].querySelector('.widget-image');
    const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
    return btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(''));
}"""

# Slides a slider through a share of its places, one movement per frame; returns what `seen` gives after each of them.
SLIDE = """async ([root, label, seen, ms]) => {
    const rows = [...root.querySelectorAll('.control')], named = (one) => one.innerText.trim() === label;
    const slider = rows.find(named).querySelector('input[type=range]'), found = [], look = eval(seen);
    for (let k = 0; k <= 40; k++) {
        slider.value = Math.round(slider.max * (0.1 + 0.02 * k));
        slider.dispatchEvent(new Event('input'));
        await new Promise((go) => setTimeout(go, ms));
        found.push(look(root, slider));
    }
    return found;
}"""

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def messages():
    """Hold what the page has sent through sockets, to kernels for the most part."""
    return []


@pytest.fixture(scope="module")
def shown(messages, tmp_path_factory):
    """Open a notebook in JupyterLab, run all cells, and yield the page when every demo stands."""
    folder = tmp_path_factory.mktemp("lab")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "demos.ipynb")
    settings = {"COURSE_DOWNLOAD": "0", "OMP_NUM_THREADS": "1"}
    with jupyter_lab(folder, settings) as address, chromium() as browser:
        # So tall that no cell is outside of the window: what is outside, JupyterLab does not draw.
        page = browser.new_page(viewport={"width": 1500, "height": 5000})
        page.set_default_timeout(1000 * PATIENCE_S)
        page.on("websocket", lambda socket: socket.on("framesent", lambda text: messages.append(text)))
        page.goto(f"{address}/lab/tree/demos.ipynb?reset")
        run_all(page)
        page.wait_for_selector(".demo .verdict:not(:empty)")
        page.wait_for_function("document.querySelectorAll('.jp-CodeCell .widget-image').length === 3")
        page.wait_for_function("document.querySelectorAll('.noUi-handle').length >= 11")
        yield page


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def shift_of(page, cell):
    return float(page.evaluate(BOXES, cell)[SHIFT])


def picture_follows(page, cell):
    """Tell whether a cell comes to show the picture of the value in its box; the pure function draws it here."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        expected = pixels(norm_cube_demo(shift=shift_of(page, cell)).frame())
        if np.array_equal(pixels(base64.b64decode(page.evaluate(PICTURE, cell))), expected):
            return True
        page.wait_for_timeout(100)
    return False


def handle(page, cell, number):
    return page.locator(".jp-CodeCell").nth(cell).locator(".noUi-handle").nth(number)


def test_the_first_picture_is_the_pure_functions(shown):
    assert shift_of(shown, 1) == norm_cube_demo().state["shift"]
    assert picture_follows(shown, 1)


def test_the_tracks_are_long_and_grow_with_the_window(shown):
    # A thousand positions of a learning rate need room; the notebook has 340 pixels less than the window.
    narrow = shortest_track(shown, 1100, ".jp-NotebookPanel")
    wide = shortest_track(shown, 1440, ".jp-NotebookPanel")
    assert narrow >= 300
    assert wide >= narrow + 200
    shortest_track(shown, 1500, ".jp-NotebookPanel")


def test_a_key_moves_the_demo_in_both_cells(shown):
    before = shift_of(shown, 1)
    handle(shown, 1, SHIFT).focus()
    shown.keyboard.press("ArrowLeft")
    shown.wait_for_function(f"Number(({BOXES})(2)[{SHIFT}]) < {before}")
    assert shift_of(shown, 1) == shift_of(shown, 2) < before
    assert picture_follows(shown, 1)
    assert picture_follows(shown, 2)


def test_a_drag_moves_the_demo_as_far_as_the_hand(shown):
    knob = handle(shown, 1, SHIFT)
    knob.scroll_into_view_if_needed()
    x, y = center(knob)
    before = shift_of(shown, 1)
    shown.mouse.move(x, y)
    shown.mouse.down()
    for way in range(1, 9):
        shown.mouse.move(x - 30 * way, y)
    shown.mouse.up()
    shown.wait_for_function(f"Number(({BOXES})(1)[{SHIFT}]) < {before} - 1")
    assert picture_follows(shown, 1)


def test_a_number_box_takes_a_number_and_answers_nonsense(shown):
    cell = shown.locator(".jp-CodeCell").nth(2)
    box = cell.locator(".jupyter-widgets input[type=text]").nth(SHIFT)
    box.fill("far")
    box.press("Enter")
    cell.get_by_role("alert").wait_for()
    assert "expected a number" in cell.get_by_role("alert").inner_text()
    box.fill("1.25")
    box.press("Enter")
    shown.wait_for_function(f"({BOXES})(1)[{SHIFT}] === '1.25'")
    assert picture_follows(shown, 2)


def first(page):
    return page.locator(".jp-CodeCell").nth(0).locator(".demo")


def test_a_preset_of_the_demo_that_the_browser_draws(shown):
    demo = momentum_demo()
    name = list(demo.scene.presets)[-1]
    demo.preset(name)
    first(shown).get_by_role("button", name=name).click()
    for control in ("lr", "beta"):
        label = next(one.label for one in demo.scene.controls if one.name == control)
        value = float(first(shown).get_by_label(f"{label}, exact value").input_value())
        assert value == pytest.approx(demo.state[control], rel=1e-5)
    words = " ".join(demo.text_summary().split()[:3])
    shown.wait_for_function(f"document.querySelector('.demo .verdict').innerText.startsWith({words!r})")


def test_a_point_is_dragged_in_a_cell(shown):
    knob = first(shown).get_by_role("slider", name="Start of the path")
    knob.scroll_into_view_if_needed()
    box = first(shown).get_by_label("Start x, exact value")
    (x, y), before = center(knob), float(box.input_value())
    shown.mouse.move(x, y)
    shown.mouse.down()
    shown.mouse.move(x - 40, y, steps=4)
    shown.mouse.up()
    assert float(box.input_value()) < before - 0.1
    assert center(knob)[0] == pytest.approx(x - 40, abs=2)


def test_keys_of_a_slider_are_no_commands_of_jupyterlab(shown):
    box, slider = (first(shown).get_by_label(f"Momentum{end}", exact=True) for end in (", exact value", ""))
    for key, more in (("ArrowUp", 1), ("ArrowDown", -1)):
        before = float(box.input_value())
        slider.focus()
        shown.keyboard.press(key)
        assert (float(box.input_value()) - before) * more > 0


def test_the_walk_of_a_class_of_the_notebook_comes_from_the_kernel(shown):
    demo = shown.locator(".jp-CodeCell").nth(4).locator(".demo")
    verdict = demo.locator(".verdict")
    assert "Mine" in verdict.inner_text()
    before = verdict.inner_text()
    demo.get_by_label("Learning rate, exact value").fill("0.01")
    demo.get_by_label("Learning rate, exact value").press("Enter")
    shown.wait_for_function(
        "(text) => { const said = document.querySelectorAll('.jp-CodeCell')[4].querySelector('.verdict').innerText;"
        " return said !== text && !said.includes('Waiting') && said.includes('Mine'); }",
        arg=before,
    )
    loss = float(race(sign_steps(), lr=0.01).arrays["losses"]["Mine"][-1])
    assert float(re.search(r"Mine ([\d.e-]*\d)", verdict.inner_text()).group(1)) == pytest.approx(loss, rel=0.05)


def slide(demo, label, seen, ms):
    return demo.page.evaluate(SLIDE, [demo.element_handle(), label, seen, ms])


def updates(messages):
    """Return the states that the page has sent to demos in the kernel."""
    found = [text if isinstance(text, str) else text.decode(errors="ignore") for text in messages]
    return [text for text in found if '"comm_msg"' in text and '"update"' in text]


def test_the_kernel_hears_of_a_movement_when_the_hand_rests(shown, messages):
    demo = first(shown)
    shown.wait_for_timeout(1000)
    before = len(updates(messages))
    slide(demo, "Learning rate", "() => 0", 20)
    value = float(demo.get_by_label("Learning rate, exact value").input_value())
    shown.wait_for_timeout(1500)
    (sent,) = updates(messages)[before:]
    assert float(re.search(r'"lr":([\d.e-]+)', sent).group(1)) == pytest.approx(value, rel=1e-5)


def test_a_kernel_that_walks_a_class_is_asked_on_the_way_and_moves_nothing_back(shown, messages):
    demo = shown.locator(".jp-CodeCell").nth(4).locator(".demo")
    before = len(updates(messages))
    places = slide(demo, "Learning rate", "(root, slider) => Number(slider.value)", 30)
    assert places == sorted(places)
    assert len(set(places)) == 41
    shown.wait_for_function(
        "!document.querySelectorAll('.jp-CodeCell')[4].querySelector('.verdict').innerText.includes('Waiting')"
    )
    assert 3 <= len(updates(messages)) - before <= 25
    value = float(demo.get_by_label("Learning rate, exact value").input_value())
    loss = float(race(sign_steps(), lr=value).arrays["losses"]["Mine"][-1])
    said = re.search(r"Mine ([\d.e-]*\d)", demo.locator(".verdict").inner_text()).group(1)
    assert float(said) == pytest.approx(loss, rel=0.05)


def test_the_pictures_keep_their_size_from_verdict_to_verdict(shown):
    shown.set_viewport_size({"width": 1300, "height": 5000})
    demo, high = first(shown), "(root) => root.querySelector('.plot').clientHeight + root.clientHeight"
    slide(demo, "Learning rate", high, 50)
    texts = slide(demo, "Learning rate", "(root) => root.querySelector('.verdict').innerText.length", 50)
    assert max(texts) > 1.2 * min(texts)
    assert len(set(slide(demo, "Learning rate", high, 50))) == 1
    shown.set_viewport_size({"width": 1500, "height": 5000})


def sign_steps():
    class Mine:
        def __init__(self, weights, lr):
            self.weights, self.lr = weights, lr

        def step(self):
            for w in self.weights:
                w -= self.lr * w.grad.sign()

    return Mine


@pytest.mark.parametrize(("wide", "window"), [(700, 1280), (500, 1024)])
def test_the_picture_is_in_sight_at_every_slider_of_a_narrow_cell(shown, wide, window):
    shown.set_viewport_size({"width": window, "height": 900})
    shown.add_style_tag(content=f".jp-Notebook .demo {{ width: {wide}px !important; }}")
    shown.wait_for_timeout(500)
    picture = first(shown).locator("figure:visible .plot").first
    for slider in first(shown).locator("input[type=range]:visible").all():
        slider.scroll_into_view_if_needed()
        slider.focus()
        seen, frame = boxes(shown, picture, shown.locator(".jp-NotebookPanel-notebook"))
        assert seen["height"] > 140
        assert seen["y"] >= frame["y"] - 1
        assert seen["y"] + seen["height"] <= frame["y"] + frame["height"] + 1
    assert first(shown).evaluate("(one) => one.scrollWidth <= one.clientWidth")
    shown.add_style_tag(content=".jp-Notebook .demo { width: auto !important; }")
    shown.set_viewport_size({"width": 1500, "height": 5000})


def test_values_stand_below_their_names(shown):
    # JupyterLab puts the definitions of a list beside its terms.
    pairs = first(shown).locator(".values div").all()
    assert pairs
    for pair in pairs:
        name, value = boxes(shown, pair.locator("dt"), pair.locator("dd"))
        assert value["y"] >= name["y"] + name["height"] - 1
        assert name["width"] > 40


def test_a_demo_follows_the_theme_of_jupyterlab(shown):
    paper = "getComputedStyle(document.querySelector('.jp-CodeCell .demo')).backgroundColor"
    assert shown.evaluate(paper) == "rgb(255, 255, 255)"
    shown.evaluate("document.body.dataset.jpThemeLight = 'false'")
    shown.wait_for_function(f"{paper} !== 'rgb(255, 255, 255)'")
    shown.evaluate("document.body.dataset.jpThemeLight = 'true'")
    shown.wait_for_function(f"{paper} === 'rgb(255, 255, 255)'")


def test_stop_stops_the_training_and_the_page_lives_on(shown):
    cell = shown.locator(".jp-CodeCell").nth(3)
    cell.get_by_role("button", name="Start").click()
    shown.wait_for_function("document.querySelectorAll('.jp-CodeCell')[3].innerText.includes('updates at lr')")
    cell.get_by_role("button", name="Stop").click()
    shown.wait_for_function("document.querySelectorAll('.jp-CodeCell')[3].innerText.includes('stopped')")
    before = shift_of(shown, 1)
    handle(shown, 1, SHIFT).focus()
    shown.keyboard.press("ArrowRight")
    shown.wait_for_function(f"Number(({BOXES})(1)[{SHIFT}]) > {before}")
    assert cell.get_by_role("status").last.inner_text().strip()
