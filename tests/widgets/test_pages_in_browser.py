"""The pages of the site in Debian's chromium, opened from disk: they fit, they can be grabbed, and they need nobody."""

import json
import re
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import expect

from autograder.build.lecture_guides import LECTURES
from autograder.build.site import demo_page, write_site
from tests.browser import NEEDS_CHROMIUM, center
from tests.widgets.conftest import NAMES, make
from tests.widgets.npm import packages

# The smallest and the largest; between them with `make test-all`.
SCREENS = [(1280, 720), (3840, 2160)]
SCREENS_BETWEEN = [(1440, 900), (1920, 1080)]
PHONES = [(390, 844), (844, 390)]
HEAVIEST = 400_000
# A demo of each kind: with maps, played, training, with votes. The others are looked at with `make test-all`.
KINDS = ["momentum_demo", "step_size_demo", "training_race_demo", "which_bug_demo"]
OTHERS = [pytest.param(name, marks=pytest.mark.slow) for name in NAMES if name not in KINDS]

# What is written in less than 16 px, which are 12 points.
SMALL = """[...document.querySelectorAll(".demo :is(label, input[type=text], select, button, p, h1, figcaption)")]
    .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 16).map((one) => one.outerHTML)"""
SHARE = """[...document.querySelectorAll("figure")].map((one) => one.getBoundingClientRect())
    .reduce((sum, { width, height }) => sum + width * height, 0) / innerWidth / innerHeight"""
BELOW = """[...document.querySelectorAll(".demo :is(figure, .control, .verdict, .values, button)")]
    .filter((one) => one.offsetParent && one.getBoundingClientRect().bottom > innerHeight + 1)
    .map((one) => one.outerHTML)"""
SCROLLS = """[...document.querySelectorAll(".inputs, .side")].some((one) => one.scrollHeight > one.clientHeight + 2)"""
SHARP = """[...document.querySelectorAll("figure:not([hidden]) .plot > canvas")]
    .every((one) => Math.abs(one.width - devicePixelRatio * one.clientWidth) <= 2)"""
DRAWN = """new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 20))))"""
PAPER = "getComputedStyle(document.querySelector('.demo')).backgroundColor"
BLANK = """[...document.querySelectorAll("figure:not([hidden]) .plot > canvas")].map((one) => {
    const copy = Object.assign(document.createElement("canvas"), { width: 200, height: 150 });
    const pen = copy.getContext("2d", { willReadFrequently: true });
    pen.drawImage(one, 0, 0, 200, 150);
    return new Set(new Uint32Array(pen.getImageData(0, 0, 200, 150).data.buffer)).size;
}).filter((colours) => colours < 8).length"""

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder, by_demo = tmp_path_factory.mktemp("site"), {lecture.demo: lecture for lecture in LECTURES}
    written = {}
    for name in NAMES:
        written[name] = folder / f"{name}.html"
        written[name].write_text(demo_page(by_demo[name], *LECTURES[:2]), encoding="utf-8")
    return written


class Opened:
    """A page with what it said and asked for."""

    def __init__(self, browser, size, **context):
        self.said, self.asked = [], []
        width, height = size
        self.page = browser.new_page(viewport={"width": width, "height": height}, **context)
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, path, link=""):
        self.page.goto(path.as_uri() + link)
        self.page.wait_for_selector(".demo .verdict:not(:empty)")

    def resize(self, width, height):
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.evaluate(DRAWN)

    def assert_it_was_quiet(self):
        assert self.said == []
        assert [url for url in self.asked if not url.startswith(("file:", "data:"))] == []

    def verdict(self):
        return self.page.inner_text(".verdict")

    def link(self):
        self.page.wait_for_timeout(450)
        return json.loads(unquote(self.page.evaluate("location.hash.slice(1)")))

    def box(self, name):
        return self.page.get_by_label(f"{name}, exact value")

    def pixels(self, number=0):
        return self.page.evaluate("(k) => document.querySelectorAll('.plot > canvas')[k].toDataURL()", number)

    def knob(self, name):
        knob = self.page.get_by_role("slider", name=name, exact=True)
        return knob, *center(knob)


@pytest.fixture
def open_page(browser, files):
    opened = []

    def open_one(name, size=(1280, 720), link="", **context):
        opened.append(Opened(browser, size, **context))
        opened[-1].open(files[name], link)
        return opened[-1]

    yield open_one
    for one in opened:
        one.assert_it_was_quiet()
        one.page.close()


@pytest.fixture(scope="module")
def desk(browser):
    """The page in which one demo after the other is looked at."""
    one = Opened(browser, SCREENS[0])
    yield one
    one.page.close()


@pytest.fixture(scope="module")
def phone(browser):
    """The same on a phone."""
    one = Opened(browser, PHONES[0], has_touch=True, device_scale_factor=2)
    yield one
    one.page.close()


def fits(shown, name, width, height):
    shown.resize(width, height)
    assert shown.page.evaluate(SHARE) >= 0.6, (width, height)
    assert shown.page.evaluate(BELOW) == [], (width, height)
    assert not shown.page.evaluate(SCROLLS), (width, height)
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
    # What trains has nothing to draw before its start.
    assert make(name).scene.work is not None or shown.page.evaluate(BLANK) == 0
    assert shown.page.evaluate(SHARP)


def says_what_the_kernel_says(shown, demo, preset):
    button = shown.page.get_by_role("button", name=preset, exact=True)
    button.click()
    demo.preset(preset)
    shown.page.wait_for_selector(".demo .verdict:not(:empty)")
    assert shown.verdict().split()[:3] == demo.text_summary().split()[:3], preset
    assert button.get_attribute("aria-pressed") == "true"
    assert {key: value for key, value in shown.link().items() if key != "view"} == pytest.approx(demo.state)


@pytest.mark.parametrize("name", [*KINDS, *OTHERS])
def test_a_demo_fits_on_every_screen_its_pictures_fill_it_and_it_says_what_the_kernel_says(desk, files, name):
    assert files[name].stat().st_size <= HEAVIEST
    desk.resize(*SCREENS[0])
    desk.open(files[name])
    for size in SCREENS:
        fits(desk, name, *size)
    assert desk.page.evaluate(SMALL) == []
    assert desk.page.get_attribute("html", "lang") == "en"
    demo = make(name)
    if demo.scene.work is None:  # what trains says more when it has trained
        says_what_the_kernel_says(desk, demo, list(demo.scene.presets)[-1])
    desk.assert_it_was_quiet()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_demo_fits_on_screens_between(desk, files, name):
    desk.open(files[name])
    for size in SCREENS_BETWEEN:
        fits(desk, name, *size)
    assert desk.said == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_page_says_what_the_kernel_says_at_every_preset(desk, files, name):
    demo = make(name)
    if demo.scene.work is not None:
        pytest.skip("says more when it has trained")
    desk.resize(*SCREENS[0])
    desk.open(files[name])
    for preset in demo.scene.presets:
        says_what_the_kernel_says(desk, demo, preset)
    assert desk.said == []


@pytest.mark.parametrize("name", [*KINDS, *OTHERS])
def test_on_a_phone_the_picture_stays_in_sight_at_the_last_control(phone, files, name):
    phone.resize(*PHONES[0])
    phone.open(files[name])
    for width, height in PHONES:
        phone.resize(width, height)
        assert phone.page.evaluate("document.documentElement.scrollWidth") <= width
        phone.page.locator(".control:visible input, .control:visible select").last.focus()
        seen = phone.page.locator("figure:visible .plot").first.bounding_box()
        assert seen["y"] >= -1
        assert seen["y"] + seen["height"] <= height
        assert seen["height"] >= 0.3 * height
        assert phone.page.evaluate(SHARP)
    phone.assert_it_was_quiet()


@pytest.mark.parametrize("name", [*KINDS, *OTHERS])
def test_no_page_breaks_a_rule_of_access(open_page, name):
    shown = open_page(name)
    shown.page.evaluate((packages() / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    for scheme, rules in (("light", "{}"), ("dark", "{ runOnly: ['color-contrast'] }")):
        shown.page.emulate_media(color_scheme=scheme)
        shown.page.evaluate(DRAWN)
        found = shown.page.evaluate(f"axe.run({rules}).then((result) => result.violations)")
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], scheme


def test_the_start_is_dragged_by_the_mouse_and_the_path_follows(open_page):
    shown = open_page("momentum_demo")
    knob, x, y = shown.knob("Start of the path")
    before, painted = shown.pixels(), int(shown.page.get_attribute(".demo", "data-painted"))
    shown.page.mouse.move(x, y)
    shown.page.mouse.down()
    shown.page.mouse.move(x + 60, y - 20, steps=5)
    assert int(shown.page.get_attribute(".demo", "data-painted")) >= painted + 5
    shown.page.mouse.up()
    assert center(knob) == pytest.approx((x + 60, y - 20), abs=1.5)
    assert shown.pixels() != before
    state = shown.link()
    assert state["x"] > -2.5
    assert state["y"] > 1.2


def test_a_press_on_the_rate_map_brings_the_point_there(open_page):
    shown = open_page("momentum_demo")
    _, x, y = shown.knob("Learning rate and momentum")
    shown.page.mouse.click(x - 50, y - 80)
    _, now_x, now_y = shown.knob("Learning rate and momentum")
    assert (now_x, now_y) == pytest.approx((x - 50, y - 80), abs=1.5)
    assert shown.link()["beta"] > 0.2


def test_a_finger_drags_the_point_and_the_page_does_not_scroll(open_page):
    shown = open_page("step_size_demo", PHONES[0], has_touch=True, is_mobile=True)
    knob, x, y = shown.knob("Start of the path")
    session = shown.page.context.new_cdp_session(shown.page)
    for kind, dx in (("touchStart", 0), ("touchMove", -15), ("touchMove", -30), ("touchMove", -40), ("touchEnd", None)):
        points = [] if dx is None else [{"x": x + dx, "y": y + 10 * (dx < -20)}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert center(knob)[0] == pytest.approx(x - 40, abs=2)
    assert shown.page.evaluate("scrollY") == 0
    assert shown.link()["x"] < 3


def test_arrow_keys_move_the_points_and_the_sliders(open_page):
    shown = open_page("momentum_demo")
    knob, *_ = shown.knob("Learning rate and momentum")
    knob.focus()
    shown.page.keyboard.press("ArrowUp")
    assert shown.link()["beta"] == pytest.approx(0.01)
    assert knob.get_attribute("aria-valuetext") == "learning rate 0.1, momentum 0.01"
    start, *_ = shown.knob("Start of the path")
    start.focus()
    shown.page.keyboard.press("ArrowRight")
    assert shown.link()["x"] > -2.5
    slider = shown.page.get_by_label("Steps", exact=True)
    slider.focus()
    shown.page.keyboard.press("ArrowRight")
    assert shown.box("Steps").input_value() == "101"


def test_the_path_grows_while_it_plays_and_can_be_stepped(open_page):
    shown = open_page("step_size_demo")
    shown.page.get_by_role("button", name="One step").click()
    first = shown.pixels()
    assert shown.page.inner_text(".step") == "step 0 of 30"
    shown.page.get_by_role("button", name="One step").click()
    assert shown.pixels() != first
    shown.page.get_by_label("Speed").select_option("fast")
    shown.page.get_by_role("button", name="Play").click()
    expect(shown.page.locator(".step")).to_have_text("step 30 of 30")
    assert shown.verdict().startswith("Still moving")
    shown.page.get_by_role("button", name="Show all steps").click()
    assert shown.page.inner_text(".step") == ""


def test_a_kept_state_stays_pale_behind_the_present_one_and_goes_along_in_the_link(open_page):
    shown = open_page("step_size_demo")
    shown.page.get_by_role("button", name="Keep this one").click()
    shown.box("Learning rate").fill("0.15")
    shown.box("Learning rate").press("Enter")
    with_ghost, link = shown.pixels(), shown.link()
    assert link["kept"]["lr"] == 0.1
    again = open_page("step_size_demo", link="#" + quote(json.dumps(link)))
    again.page.wait_for_timeout(300)
    shown.page.mouse.move(1, 1)
    assert again.pixels() == with_ghost
    shown.page.get_by_role("button", name="Let it go").click()
    assert shown.pixels() != with_ghost


def test_a_link_opens_exactly_the_state_that_was_copied(open_page, browser):
    shown = open_page("momentum_demo", permissions=["clipboard-read", "clipboard-write"])
    shown.page.get_by_role("button", name="the best momentum").click()
    shown.page.get_by_role("button", name="last steps").click()
    shown.page.get_by_role("button", name="Copy link").click()
    expect(shown.page.locator(".said")).to_have_text("Link copied.")
    link = re.sub(r"^[^#]*", "", shown.page.evaluate("navigator.clipboard.readText()"))
    again = open_page("momentum_demo", link=link)
    demo = make("momentum_demo")
    demo.preset("the best momentum")
    held = json.loads(unquote(link[1:]))
    assert {name: held[name] for name in demo.state} == demo.state
    assert float(again.box("Learning rate").input_value()) == pytest.approx(demo.state["lr"], rel=1e-5)
    assert again.verdict() == shown.verdict()
    assert again.page.get_by_role("button", name="last steps").get_attribute("aria-pressed") == "true"


NONSENSE = ["#{", "#7", '#{"lr":-1}', '#{"colour":1}', '#{"surface":"moon"}', '#{"steps":1.5}', '#{"kept":3}', "#%"]


def test_nonsense_in_the_address_gets_a_sentence_and_the_demo_stands(open_page):
    shown = open_page("step_size_demo", link=NONSENSE[0])
    for link in NONSENSE:
        shown.page.evaluate("(link) => { location.hash = link; }", link)
        shown.page.get_by_role("alert").filter(has_text="The address holds no state").wait_for()
        assert shown.verdict().startswith("Still moving")
        shown.page.evaluate("""location.hash = '#{"lr":0.2,"steps":60}'""")
        shown.page.get_by_role("alert").filter(has_text=re.compile("^$")).wait_for(state="attached")
        assert "2-cycle" in shown.verdict()
        shown.page.evaluate("location.hash = '#{}'")
        shown.page.locator(".verdict", has_text="Still moving").wait_for()


def test_nonsense_in_a_box_is_answered_and_the_page_lives_on(open_page):
    shown = open_page("step_size_demo")
    box, alert = shown.box("Learning rate"), shown.page.get_by_role("alert")
    for typed in ("abc", "", "0", "1e9", "<i>x</i>"):
        box.fill(typed)
        box.press("Enter")
        assert "expected a number from 0.0001 to 3" in alert.inner_text()
        box.fill("0.2")
        box.press("Enter")
        assert alert.inner_text() == ""
    assert shown.link()["lr"] == 0.2


def test_controls_that_do_nothing_on_a_surface_are_not_there(open_page):
    shown = open_page("momentum_demo")
    assert shown.box("Condition number").is_visible()
    shown.page.get_by_label("Function", exact=True).select_option("Rosenbrock")
    assert not shown.box("Condition number").is_visible()
    assert not shown.box("Rotation (degrees)").is_visible()


def test_a_page_follows_the_system_into_the_dark(open_page):
    shown = open_page("momentum_demo", color_scheme="dark")
    dark, curve = shown.page.evaluate(PAPER), shown.pixels(2)
    assert max(map(int, re.findall(r"\d+", dark)[:3])) < 60
    shown.page.emulate_media(color_scheme="light")
    expect(shown.page.locator(".demo")).to_have_css("background-color", "rgb(255, 255, 255)")
    assert shown.pixels(2) != curve


def test_a_page_without_scripts_says_so(browser, files):
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(files["step_size_demo"].as_uri())
    assert "allow scripts" in opened.inner_text("main")
    assert "For the speaker" in opened.inner_text("main")
    context.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    return folder, write_site(folder)


@pytest.mark.slow
def test_the_index_leads_to_every_demo_and_each_to_the_next(browser, site):
    folder, paths = site
    page = browser.new_page()
    page.goto((folder / "index.html").as_uri())
    assert page.locator("li").count() == len(NAMES) == len(paths) - 1
    assert page.evaluate("[...document.images].every((one) => one.naturalWidth > 100 && one.alt)")
    page.locator("li a").first.click()
    seen = [page.inner_text("h1")]
    while page.locator("a.next").count():
        page.locator("a.next").click()
        page.wait_for_selector(".demo .verdict:not(:empty)")
        seen.append(page.inner_text("h1"))
    assert len(set(seen)) == len(NAMES)
    page.get_by_text("All demos").click()
    assert page.locator("li").count() == len(NAMES)
