"""A student sees the answer of a check in JupyterLab, on light and on dark."""

import json
import shutil

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.build.source import METADATA
from tests.browser import NEEDS_CHROMIUM, chromium, run_all
from tests.build.conftest import ROOT
from tests.notebooks.lab import jupyter_lab

pytestmark = NEEDS_CHROMIUM

NAME = "02_optimizers"
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


def brightness(colour):
    return sum(float(part) for part in colour.partition("(")[2].rstrip(")").split(",")[:3]) / 3


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_a_check_is_a_card_that_can_be_read(theme, tmp_path):
    shutil.copy(ROOT / "notebooks" / NAME / f"{NAME}.ipynb", tmp_path)
    cells = [new_markdown_cell("# Card"), new_code_cell(WRONG)]
    nbformat.write(new_notebook(cells=cells, metadata=METADATA), tmp_path / "card.ipynb")
    settings = tmp_path / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "themes.jupyterlab-settings").write_text(json.dumps({"theme": f"JupyterLab {theme}"}))
    environment = {"JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings")}
    with jupyter_lab(tmp_path, environment) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{address}/lab/tree/card.ipynb?reset")
        page.get_by_role("heading", name="Card").wait_for(timeout=90_000)
        run_all(page)
        card = page.get_by_role("group", name="Check of momentum")
        card.wait_for(timeout=120_000)
        letters, behind = map(brightness, card.evaluate(COLOURS))
        assert abs(letters - behind) > 120
        assert (behind < 128) == (theme == "Dark")
        cell = page.locator(".jp-CodeCell").first
        assert cell.locator(".jp-OutputPrompt").all_inner_texts() in ([], [""])
        box = card.get_by_role("img").bounding_box()
        assert box["width"] > 300
        assert box["height"] > 150
        page.screenshot(path=str(tmp_path / "card.png"))
