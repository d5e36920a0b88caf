"""Debian's chromium for tests, driven by Playwright."""

import os
import shutil
from contextlib import contextmanager

import pytest

CHROMIUM = shutil.which("chromium")
NEEDS_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed; `make browser` installs it where it may"),
]


@contextmanager
def chromium():
    """Start the browser, which asks nobody for updates; end it afterwards."""
    from playwright.sync_api import sync_playwright

    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    flags = [*sandbox, "--disable-background-networking"]
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=CHROMIUM, args=flags) as browser:
        yield browser


def run_all(page):
    """Run all cells in JupyterLab, once the kernel is there: what is asked for before that is forgotten."""
    page.wait_for_function("document.body.innerText.includes('Python 3 (ipykernel) | Idle')", timeout=180_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


BOXES = """(all) => all.map((one) => {
    const { x, y, width, height } = one.getBoundingClientRect();
    return { x, y, width, height };
})"""

AT_REST = """async (one) => {
    const place = () => { const { x, y, width, height } = one.getBoundingClientRect(); return [x, y, width, height]; };
    for (let seen = place(), same = 0; same < 3; ) {
        await new Promise(requestAnimationFrame);
        const now = place();
        same = now.every((number, k) => number === seen[k]) ? same + 1 : 0;
        seen = now;
    }
}"""


def boxes(page, *locators):
    """Return the boxes of the elements, in pixels of the window, all measured at the same moment.

    A page that is still laid out or scrolled moves between two calls of `bounding_box`.
    """
    return page.evaluate(BOXES, [one.element_handle() for one in locators])


def center(locator):
    """Return the x and y of the middle of an element, in pixels of the window, once it has ceased to move."""
    locator.evaluate(AT_REST)
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


TRACKS = """() => [...document.querySelectorAll('.noUi-target')].map((one) => {
    const track = one.getBoundingClientRect();
    const box = one.closest('.widget-hbox').querySelector('input[type=text]').getBoundingClientRect();
    const beside = box.left >= track.right && box.top < track.bottom && track.top < box.bottom;
    return { width: track.width, beside };
})"""


def shortest_track(page, width, frame):
    """Make the window so wide, wait until `frame` (a selector) has followed, and return the shortest track in pixels.

    Every slider of a panel must have its number box to its right.
    """
    page.set_viewport_size({"width": width, "height": page.viewport_size["height"]})
    right = f"document.querySelector({frame!r}).getBoundingClientRect().right"
    page.wait_for_function(f"{right} <= {width} && {right} > {width} - 100")
    tracks = page.evaluate(TRACKS)
    assert all(track["beside"] for track in tracks)
    return min(track["width"] for track in tracks)
