"""Two notebooks side by side in JupyterLab: each has 500 px or so, and a slider is moved with its picture in sight."""

import nbformat
import pytest

from tests.browser import NEEDS_CHROMIUM, boxes, center, chromium, run_all
from tests.notebooks.lab import jupyter_lab

CELL = "from course_utils.widgets import momentum_demo\nmomentum_demo().show()"
PATIENCE_MS = 180_000

pytestmark = [*NEEDS_CHROMIUM, pytest.mark.slow]


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Open a notebook with a demo twice, side by side; yield the page."""
    folder = tmp_path_factory.mktemp("split")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "demos.ipynb")
    settings = {"COURSE_DOWNLOAD": "0", "OMP_NUM_THREADS": "1"}
    with jupyter_lab(folder, settings) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1340, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{address}/lab/tree/demos.ipynb?reset")
        run_all(page)
        page.wait_for_selector(".demo .verdict:not(:empty)")
        page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab").filter(has_text="demos.ipynb").click(button="right")
        page.get_by_role("menuitem", name="New View for Notebook").click()
        page.wait_for_function("document.querySelectorAll('.demo .verdict:not(:empty)').length === 2")
        yield page


def panels(page):
    return page.locator(".jp-NotebookPanel").all()


def picture(panel):
    return panel.locator(".demo figure:visible .plot").first


def drawn(panel):
    return picture(panel).locator("canvas").evaluate("(one) => one.toDataURL()")


def test_both_views_are_narrow_and_show_the_demo(shown):
    for panel in panels(shown):
        assert 400 < panel.bounding_box()["width"] < 560
        demo = panel.locator(".demo")
        assert demo.evaluate("(one) => one.scrollWidth <= one.clientWidth")
        assert picture(panel).bounding_box()["height"] > 140


def test_every_slider_is_dragged_with_the_picture_in_sight(shown):
    left = panels(shown)[0]
    for slider in left.locator(".demo input[type=range]:visible").all():
        slider.scroll_into_view_if_needed()
        before, (x, y) = slider.input_value(), center(slider)
        width = slider.bounding_box()["width"]
        shown.mouse.move(x - 0.2 * width, y)
        shown.mouse.down()
        shown.mouse.move(x + 0.1 * width, y, steps=4)
        seen, frame = boxes(shown, picture(left), left.locator(".jp-NotebookPanel-notebook"))
        shown.mouse.up()
        assert slider.input_value() != before
        assert seen["y"] >= frame["y"] - 1
        assert seen["y"] + seen["height"] <= frame["y"] + frame["height"] + 1


def test_the_other_view_shows_the_same_state(shown):
    left, right = panels(shown)
    before = drawn(right)
    box = "Learning rate, exact value"
    left.get_by_label(box).fill("0.02")
    left.get_by_label(box).press("Enter")
    shown.wait_for_function(
        "[...document.querySelectorAll('.demo .control input')].filter((o) => o.value === '0.02').length === 2"
    )
    assert right.get_by_label(box).input_value() == "0.02"
    assert drawn(right) != before


BOTH = """() => {
  const sliders = [...document.querySelectorAll('.demo')].map((one) => one.querySelectorAll('input[type=range]'));
  for (let k = 1; k < 6; k++) for (const [one, place] of [[sliders[0][0], 0.3], [sliders[1][1], 0.5]]) {
    one.value = Math.round(one.max * (place + 0.05 * k));
    one.dispatchEvent(new Event('input'));
  }
}"""
BOXES = """() => [...document.querySelectorAll('.demo')].map(
  (one) => [...one.querySelectorAll('input')].map((box) => box.value)
)"""


def test_both_views_may_be_moved_at_once(shown):
    errors = []
    shown.on("pageerror", lambda error: errors.append(error))
    shown.evaluate(BOTH)
    left, right = shown.evaluate(BOXES)
    assert left == right
    shown.wait_for_timeout(1000)
    assert shown.evaluate(BOXES) == [left, right]
    assert errors == []
