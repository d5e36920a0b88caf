"""A student in JupyterLab: a run is seen live, and the answer of a check is a card, on light and on dark."""

import json
import shutil

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.build.source import METADATA
from tests.browser import NEEDS_CHROMIUM, boxes, run_all
from tests.build.conftest import ROOT
from tests.notebooks.lab import jupyter_lab

pytestmark = NEEDS_CHROMIUM

NAME = "02_optimizers"
OFFLINE = {"COURSE_DATA": "", "COURSE_DOWNLOAD": "0"}
WRONG = """\
from course_utils import check
from course_utils.exercises.optimizers.momentum import solutions
check("momentum", *solutions.MUTANTS["ascent"])"""
# Letters and what lies behind them, the first that is not transparent.
COLOURS = """card => {
    let behind = card;
    while (getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)') behind = behind.parentElement;
    return [getComputedStyle(card).color, getComputedStyle(behind).backgroundColor];
}"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on a folder with the student notebook and one of a single check: the folder and its address."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copy(ROOT / "notebooks" / NAME / f"{NAME}.ipynb", folder)
    cells = [new_markdown_cell("# Card"), new_code_cell(WRONG)]
    nbformat.write(new_notebook(cells=cells, metadata=METADATA), folder / "card.ipynb")
    with jupyter_lab(folder, {**OFFLINE, "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings")}) as address:
        yield folder, address


def choose_theme(folder, theme):
    """Keep a theme in the settings, which a page reads when it is opened."""
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension" / "themes.jupyterlab-settings"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(json.dumps({"theme": f"JupyterLab {theme}"}))


def opened(lab, browser, name, heading, height):
    page = browser.new_page(viewport={"width": 1280, "height": height})
    page.goto(f"{lab[1]}/lab/tree/{name}?reset")
    page.get_by_role("heading", name=heading).wait_for(timeout=90_000)
    return page


def brightness(colour):
    return sum(float(part) for part in colour.partition("(")[2].rstrip(")").split(",")[:3]) / 3


@pytest.mark.slow
def test_a_run_shows_its_lines_and_its_graph_while_it_goes_on(lab, browser, tmp_path):
    page = opened(lab, browser, f"{NAME}.ipynb", "Workbook 2: Optimizers", 1400)
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
    box, line = boxes(page, graph, cell.get_by_text("[10/10] Train Loss ="))
    assert box["width"] > 200
    assert box["height"] > 150
    # Lines above the graph would push it out of the window, ever farther from epoch to epoch.
    assert line["y"] >= box["y"] + box["height"]
    page.screenshot(path=str(tmp_path / "after.png"))
    assert "Traceback" not in cell.inner_text()
    page.close()


def test_a_check_is_a_card_that_can_be_read_in_both_themes(lab, browser, tmp_path):
    page = opened(lab, browser, "card.ipynb", "Card", 900)
    run_all(page)
    card = page.get_by_role("group", name="Check of momentum")
    card.wait_for(timeout=120_000)
    cell = page.locator(".jp-CodeCell").first
    assert cell.locator(".jp-OutputPrompt").all_inner_texts() in ([], [""])
    with page.expect_response(lambda response: "/api/contents/" in response.url and response.request.method == "PUT"):
        page.keyboard.press("Control+s")
    for theme in ("Light", "Dark"):
        if theme == "Dark":  # the page begins in the light, and shows what was saved when it is opened again
            choose_theme(lab[0], theme)
            page.reload()
            card.wait_for(timeout=90_000)
        page.wait_for_function(f"document.body.dataset.jpThemeLight === '{str(theme == 'Light').lower()}'")
        letters, behind = map(brightness, card.evaluate(COLOURS))
        assert abs(letters - behind) > 120
        assert (behind < 128) == (theme == "Dark")
        box = card.get_by_role("img").bounding_box()
        assert box["width"] > 300
        assert box["height"] > 150
        page.screenshot(path=str(tmp_path / f"card-{theme}.png"))
    page.close()
