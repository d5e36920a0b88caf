"""A check says when what it saw is older than the cell as it was run last."""

import nbformat

from tests.notebooks.execute import execute

EMA = """\
import numpy as np

def ema(values, beta, bias_correction=False):
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t) if bias_correction else average)
    return np.array(averages)"""
CHECK = 'check("ema", ema);'
CELLS = {
    "begin": "from course_utils.checks import check",
    "first": EMA,
    "fresh": CHECK,
    "broken": EMA.replace("enumerate(values, start=1):", "enumerate(values, start=1)"),
    "old": CHECK,
    "fails-elsewhere": "1 / 0",
    "still-old": CHECK,
    "mended": EMA,
    "new": CHECK,
}


def _text(output):
    return output.get("text", "") or output.get("data", {}).get("text/plain", "")


def test_a_cell_that_could_not_be_read_is_told_until_it_runs(tmp_path):
    cells = [nbformat.v4.new_code_cell(text, id=name) for name, text in CELLS.items()]
    notebook = nbformat.v4.new_notebook(cells=cells)
    errors = execute(notebook, tmp_path, {})
    assert [error.cell for error in errors] == ["broken", "fails-elsewhere"]
    said = {cell.id: "".join(map(_text, cell.outputs)) for cell in notebook.cells}
    told = [name for name in ("fresh", "old", "still-old", "new") if "the version from before" in said[name]]
    assert told == ["old", "still-old"]
    assert all("[ok] ema" in said[name] for name in ("fresh", "old", "still-old", "new"))
