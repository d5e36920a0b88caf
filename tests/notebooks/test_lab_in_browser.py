"""A student opens the notebook in JupyterLab, runs it, and sees the run live."""

import shutil

import pytest

from tests.browser import NEEDS_CHROMIUM, chromium, run_all
from tests.build.conftest import ROOT
from tests.notebooks.lab import jupyter_lab

pytestmark = NEEDS_CHROMIUM

OFFLINE = {"COURSE_DATA": "", "COURSE_DOWNLOAD": "0"}


@pytest.fixture
def page(tmp_path):
    """A page of a real browser on JupyterLab, with the student notebook open."""
    shutil.copy(ROOT / "notebooks" / "02_optimizers" / "02_optimizers.ipynb", tmp_path)
    with jupyter_lab(tmp_path, OFFLINE) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1400})
        page.goto(f"{address}/lab/tree/02_optimizers.ipynb?reset")
        page.get_by_role("heading", name="Workbook 2: Optimizers").wait_for(timeout=60_000)
        yield page


def test_a_run_shows_its_lines_and_its_graph_while_it_goes_on(page, tmp_path):
    run_all(page)
    cell = page.locator(".jp-CodeCell", has_text='train("SGD", SGDOptimizer)').first
    cell.get_by_text("[ 2/10] Train Loss =").wait_for(timeout=180_000)
    graph = cell.locator(".jp-OutputArea-output img").first
    graph.wait_for(timeout=30_000)
    cell.scroll_into_view_if_needed()  # not the graph: a new one takes its place after every epoch
    page.screenshot(path=str(tmp_path / "live.png"))
    cell.get_by_text("[10/10] Train Loss =").wait_for(timeout=180_000)
    lines = [line for line in cell.inner_text().splitlines() if "Valid Accuracy =" in line]
    assert [line[:7] for line in lines] == [f"[{epoch:2d}/10]" for epoch in range(1, 11)]
    cell.scroll_into_view_if_needed()  # JupyterLab has gone on to the first stub
    graph.wait_for(timeout=30_000)
    box = graph.bounding_box()
    assert box["width"] > 200
    assert box["height"] > 150
    # Lines above the graph would push it out of the window, ever farther from epoch to epoch.
    assert cell.get_by_text("[10/10] Train Loss =").bounding_box()["y"] >= box["y"] + box["height"]
    page.screenshot(path=str(tmp_path / "after.png"))
    assert "Traceback" not in cell.inner_text()
