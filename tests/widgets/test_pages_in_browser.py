"""The exported pages in Debian's chromium, opened from disk: live or stepping, by keyboard, at any width, alone."""

import json
from urllib.parse import unquote

import pytest

from course_utils.widgets.client_page import page
from course_utils.widgets.recorded_page import record, recorded_page
from tests.browser import NEEDS_CHROMIUM, TRACKS, chromium
from tests.widgets.conftest import NAMES, make

LIVE = [name for name in NAMES if make(name).scene.client]
WIDTHS = [(390, 844), (1280, 800), (1920, 1080)]

# What is written in less than 16 px, which are 12 points.
SMALL = """[...document.querySelectorAll(".demo :is(label, input[type=text], select, button, p, h2, figcaption)")]
    .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 16).map((one) => one.outerHTML)"""
OUTLINE = """(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    return outlineStyle + outlineWidth;
})()"""

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    written = {}
    for name in LIVE:
        written[name] = folder / f"{name}.html"
        written[name].write_text(page(make(name)), encoding="utf-8")
    cube = make("norm_cube_demo")
    written["recorded"] = folder / "recorded.html"
    recorded = recorded_page(cube.scene.title, cube.scene.alt, record(cube, ("shift", (-3.0, 0.0, 3.0))))
    written["recorded"].write_text(recorded, encoding="utf-8")
    return written


class Opened:
    """A page with what it said and asked for."""

    def __init__(self, browser, path, size, link=""):
        self.said, self.asked = [], []
        self.page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri() + link)
        self.page.wait_for_selector(".demo .verdict:not(:empty)")

    def verdict(self):
        return self.page.inner_text(".verdict")

    def state(self):
        self.page.wait_for_timeout(450)
        return json.loads(unquote(self.page.evaluate("location.hash.slice(1)")))

    def box(self, name):
        return self.page.get_by_label(f"{name}, exact value")


@pytest.fixture
def open_page(browser, files):
    opened = []

    def open_one(name, size=(1280, 800), link=""):
        opened.append(Opened(browser, files[name], size, link))
        return opened[-1]

    yield open_one
    for one in opened:
        assert one.said == []
        assert [url for url in one.asked if not url.startswith(("file:", "data:"))] == []
        one.page.close()


@pytest.mark.parametrize("size", WIDTHS, ids=lambda size: str(size[0]))
@pytest.mark.parametrize("name", [*LIVE, "recorded"])
def test_a_page_fits_its_window_and_can_be_read(open_page, name, size):
    shown = open_page(name, size)
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert shown.page.evaluate(SMALL) == []
    assert shown.page.get_attribute("html", "lang") == "en"


@pytest.mark.parametrize("width", [390, 1100, 1280, 1499, 1500, 1920])
def test_the_tracks_are_long_at_any_width(open_page, width):
    tracks = open_page("momentum_demo", (width, 900)).page.evaluate(TRACKS)
    assert len(tracks) == 7
    assert min(track["width"] for track in tracks) >= 300
    # On a phone the slider has a line of its own, below the label and the box.
    assert all(track["beside"] == (width > 640) for track in tracks)


@pytest.mark.parametrize("name", LIVE)
def test_the_page_says_what_the_kernel_says(open_page, name):
    demo = make(name)
    shown = open_page(name)
    for preset in demo.scene.presets:
        shown.page.get_by_label("Preset").select_option(preset)
        demo.preset(preset)
        assert shown.state() == pytest.approx(demo.state)
        assert shown.verdict().split()[:3] == demo.text_summary().split()[:3], preset


@pytest.mark.parametrize("name", LIVE)
def test_arrow_keys_on_a_slider_change_number_picture_and_verdict(open_page, name):
    shown = open_page(name)
    number = next(c for c in make(name).scene.controls if hasattr(c, "low") and c.start < c.high)
    slider = shown.page.get_by_label(number.label, exact=True)
    shown.page.evaluate("document.querySelector('.demo').dataset.painted = 0")
    slider.focus()
    before = shown.box(number.label).input_value()
    for _ in range(4):
        shown.page.keyboard.press("ArrowRight")
    after = shown.box(number.label).input_value()
    assert float(after) > float(before)
    assert shown.page.evaluate("document.querySelector('.demo').dataset.painted") == "4"
    assert shown.page.evaluate(OUTLINE) == "solid3px"
    assert shown.state()[number.name] == pytest.approx(float(after))


def test_arrow_keys_and_clicks_on_the_pictures_move_the_point(open_page):
    shown = open_page("momentum_demo")
    contours, _, _, rates = shown.page.locator("canvas").all()
    rates.focus()
    shown.page.keyboard.press("ArrowUp")
    assert shown.state()["beta"] == pytest.approx(0.01)
    contours.focus()
    shown.page.keyboard.press("ArrowLeft")
    assert shown.state()["x"] == pytest.approx(-2.6)
    contours.click(position={"x": 200, "y": 60})
    moved = shown.state()
    assert moved["x"] != pytest.approx(-2.6)
    assert moved["y"] > 0


@pytest.mark.parametrize("typed", ["abc", "", "0", "1e9", "<i>x</i>"])
def test_nonsense_in_a_box_is_answered_and_the_page_lives_on(open_page, typed):
    shown = open_page("step_size_demo")
    box = shown.box("Learning rate")
    box.fill(typed)
    box.press("Enter")
    alert = shown.page.get_by_role("alert")
    assert "expected a number from 0.0001 to 3" in alert.inner_text()
    box.fill("0.2")
    box.press("Enter")
    assert alert.inner_text() == ""
    assert shown.state()["lr"] == 0.2


def test_a_link_points_at_a_state_and_a_wrong_one_says_so(open_page):
    assert "2-cycle" in open_page("step_size_demo", link='#{"lr":0.2,"steps":60}').verdict()
    for link in ("#{", '#{"lr":-1}', '#{"colour":1}', '#{"surface":"moon"}'):
        shown = open_page("step_size_demo", link=link)
        assert "The link holds no state" in shown.page.get_by_role("alert").inner_text()
        assert shown.verdict().startswith("Still moving")


def test_a_recorded_page_steps_by_keys_buttons_and_link(open_page):
    shown = open_page("recorded")
    count = len(make("norm_cube_demo").scene.presets) + 3
    assert shown.page.locator("option").count() == count
    pictures, said = set(), set()
    for _ in range(count):
        pictures.add(shown.page.get_attribute("img", "src"))
        said.add(shown.verdict())
        shown.page.keyboard.press("ArrowRight")
    # A shift of 3 is the start state, which the first preset shows, too.
    assert len(pictures) == count - 1
    assert len(said) == count
    last = shown.verdict()
    shown.page.get_by_role("button", name="back").click()
    assert shown.verdict() != last
    assert open_page("recorded", link="#1").verdict().startswith("layer norm")
    assert shown.page.evaluate("document.querySelector('img').naturalWidth") > 900
