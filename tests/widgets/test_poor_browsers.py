"""Browsers that lack something: a demo draws without it, or a sentence says what is wrong; a page is never blank."""

import pytest

from course_utils.widgets.client_page import bundle, page
from tests.browser import NEEDS_CHROMIUM
from tests.widgets.conftest import make

# The kinds of canvas that the browser refuses.
REFUSE = """const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {{
    return {refused}.test(kind) ? null : get.call(this, kind, ...rest);
}};"""

pytestmark = NEEDS_CHROMIUM


@pytest.fixture
def opened(browser, tmp_path):
    pages = []

    def open_one(text, before=""):
        path = tmp_path / "demo.html"
        path.write_text(text, encoding="utf-8")
        pages.append(browser.new_page(viewport={"width": 1280, "height": 720}))
        pages[-1].add_init_script(before)
        pages[-1].goto(path.as_uri())
        return pages[-1]

    yield open_one
    for one in pages:
        one.close()


def test_without_webgl_a_demo_is_drawn(opened):
    shown = opened(page(make("momentum_demo")), REFUSE.format(refused="/webgl|webgpu/"))
    shown.wait_for_selector(".demo .verdict:not(:empty)")
    colours = """[...document.querySelectorAll(".plot > canvas")].map((one) => new Set(new Uint32Array(
        one.getContext("2d").getImageData(0, 0, one.width, one.height).data.buffer)).size)"""
    assert min(shown.evaluate(colours)) > 8
    assert shown.get_by_role("alert").inner_text() == ""


def test_without_a_canvas_a_sentence_says_so(opened):
    shown = opened(page(make("momentum_demo")), REFUSE.format(refused="/./"))
    assert "cannot draw the demo" in shown.get_by_role("alert").inner_text()
    assert "canvas" in shown.get_by_role("alert").inner_text()


def test_a_browser_that_is_too_old_for_the_script_says_so(opened):
    text = page(make("step_size_demo"))
    script = bundle().replace("</", "<\\/")
    assert script in text
    shown = opened(text.replace(script, "const CourseDemos = a syntax of tomorrow;"))
    said = shown.get_by_text("This browser cannot run the demo")
    said.wait_for(state="visible")
    assert said.is_visible()


def test_the_sentence_for_old_browsers_is_gone_where_the_demo_runs(opened):
    shown = opened(page(make("step_size_demo")))
    shown.wait_for_selector(".demo .verdict:not(:empty)")
    assert shown.get_by_text("This browser cannot run the demo").count() == 0
